package upload

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func TestUploadsAreForgotten(t *testing.T) {
	clock := time.Unix(0, 0)
	u := &held{now: func() time.Time { return clock }}
	token := u.hold(Picture{owner: "me", Data: []byte("picture")})
	if _, ok := u.find(token, "me"); !ok {
		t.Fatal("not found at once")
	}
	if _, ok := u.find(token, "you"); ok {
		t.Error("somebody else's picture was shown")
	}
	clock = clock.Add(keepUpload + time.Second)
	if _, ok := u.find(token, "me"); ok || len(u.pictures) != 0 {
		t.Error("still in memory after its time")
	}
}

func TestUploadsAreBounded(t *testing.T) {
	u := newHeld()
	var tokens []string
	for i := range keepUploads + 5 {
		tokens = append(tokens, u.hold(Picture{owner: "me", Data: []byte(fmt.Sprint(i))}))
	}
	if len(u.pictures) != keepUploads {
		t.Errorf("%d held", len(u.pictures))
	}
	if _, ok := u.find(tokens[0], "me"); ok {
		t.Error("the oldest should have gone")
	}
	big := make([]byte, keepUploadBytes/2+1)
	u.hold(Picture{owner: "me", Data: big})
	last := u.hold(Picture{owner: "me", Data: big})
	if _, ok := u.find(last, "me"); !ok || len(u.pictures) != 1 {
		t.Errorf("%d held after two large pictures", len(u.pictures))
	}
}

func TestSlotsQueueAndGiveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewTurns(1)
		release, err := s.Take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if _, err := s.Take(t.Context()); !errors.Is(err, ErrBusy) || time.Since(start) != uploadWait {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
		time.AfterFunc(time.Second, release)
		if _, err := s.Take(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("a free slot was not given: %v", err)
		}
	})
}
