package main

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/convnet-playground/convnet/search"
)

// queryFlags say what to search with, in the words of the pages' addresses.
type queryFlags struct {
	image, crop string
	saved       int64
	channel     string
	plus, minus []string
}

func (q *queryFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&q.image, "image", "", "search with this image of the dataset")
	flags.Int64Var(&q.saved, "saved", 0, "search with this saved picture, by its number")
	flags.StringVar(&q.crop, "crop", "", "search with a part of the picture: X,Y,W,H in pixels")
	flags.StringArrayVar(&q.plus, "plus", nil, "what the results shall be like, too; may be repeated")
	flags.StringArrayVar(&q.minus, "minus", nil, "what they shall not be like; may be repeated")
	flags.StringVar(&q.channel, "channel", "", "find the images that excite this channel of the layer: N, or N/mean")
}

// readQuery takes the query from the flags, and a picture from the one argument where there is one.
func (a *app) readQuery(q queryFlags, args []string) (search.Ask, error) {
	files, values := map[string]*search.Picture{}, url.Values{}
	firsts := 0
	for name, value := range map[string]string{"image": q.image, "saved": number(q.saved), "upload": strings.Join(args, "")} {
		if value != "" {
			values.Set(name, value)
			firsts++
		}
	}
	if firsts > 1 {
		return nil, usagef("give one of a picture file, --image and --saved; add more with --plus")
	}
	values.Set("crop", q.crop)
	values["plus"], values["minus"] = asUploads(q.plus), asUploads(q.minus)
	if q.channel != "" {
		values.Add("plus", "channel:"+q.channel)
	}
	ask, err := search.ReadAsk(values)
	if err != nil {
		return nil, usageError{err}
	}
	if len(ask) == 0 {
		return nil, usagef("name a picture file to search with, or an image of the dataset with --image")
	}
	for i, p := range ask {
		if p.Kind == search.KindUpload {
			if ask[i].Picture, err = a.readPicture(p.Value, files); err != nil {
				return nil, err
			}
		}
	}
	return ask, nil
}

func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// asUploads writes file:PATH as what it is to the search: a picture that comes with the request.
func asUploads(parts []string) []string {
	list := make([]string, len(parts))
	for i, text := range parts {
		head, path, ok := strings.Cut(text, ":")
		if rest, file := strings.CutSuffix(head, "file"); ok && file && (rest == "" || strings.HasSuffix(rest, "*") || strings.HasSuffix(rest, "@")) {
			text = rest + string(search.KindUpload) + ":" + path
		}
		list[i] = text
	}
	return list
}

// readPicture reads a file once, however often it is a part; '-' is stdin.
func (a *app) readPicture(path string, read map[string]*search.Picture) (*search.Picture, error) {
	if p := read[path]; p != nil {
		return p, nil
	}
	p := &search.Picture{Name: filepath.Base(path)}
	var err error
	if path == "-" {
		p.Name = "stdin"
		p.Data, err = io.ReadAll(a.stdin)
	} else {
		p.Data, err = os.ReadFile(path)
	}
	if err == nil && len(p.Data) == 0 {
		err = fmt.Errorf("%s is empty: there is no picture to search with", p.Name)
	}
	read[path] = p
	return p, err
}
