package templates

import (
	"regexp"
	"strings"
	"testing"
)

// house is the project's glossary, one word for an idea, with the measures: the pages' glossary has all of it.
var house = strings.Split("dataset,image,category,model,layer,channel,activation,feature map,embedding,metric,distance,similarity,neighbor,rank,k,score,"+
	"projection,objective,param,transform,visualisation,run,quarantine,snapshot,node,value info,initializer,graph,opset,"+
	"weighted search score,precision@k,recall@k,map@k,r-precision,ndcg@k,interval,trustworthiness,umap,pooling,receptive field,percentile,good match", ",")

func TestGlossaryHasEveryWord(t *testing.T) {
	var names []string
	for _, c := range Glossary() {
		for _, term := range c.Terms {
			names = append(names, strings.ToLower(term.Name))
		}
	}
	all := strings.Join(names, "\n")
	for _, word := range house {
		if !strings.Contains(all, word) {
			t.Errorf("the glossary does not have %q", word)
		}
	}
}

var link = regexp.MustCompile(`href="/glossary#([^"]*)"`)

// Every file of the folder is in the glossary, links of terms and answers lead to terms, and what has a drawing says in
// words what it shows.
func TestTermsAreWhole(t *testing.T) {
	entries, err := files.ReadDir("teaching/terms")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if _, ok := FindTerm(strings.TrimSuffix(e.Name(), ".html")); !ok {
			t.Errorf("%s is in no chapter", e.Name())
		}
	}
	texts := map[string]string{}
	for id, term := range terms {
		for _, p := range append(term.Text, term.More...) {
			texts[id] += string(p)
		}
		if (term.Picture == "") != (term.Alt == "") {
			t.Errorf("%s has a drawing without words, or words without a drawing", id)
		}
	}
	for _, q := range Questions() {
		if q.ID == "" || len(q.Answer) == 0 {
			t.Errorf("question %q has no answer", q.Text)
		}
		for _, p := range q.Answer {
			texts[q.ID] += string(p)
		}
	}
	for id, text := range texts {
		for _, found := range link.FindAllStringSubmatch(text, -1) {
			if _, ok := FindTerm(found[1]); !ok {
				t.Errorf("%s leads to %q, which is no term", id, found[1])
			}
		}
		if strings.Contains(text, "<p") || strings.Count(text, "<a ") != strings.Count(text, "</a>") || strings.Count(text, "<code>") != strings.Count(text, "</code>") {
			t.Errorf("%s: its markup is not that of a paragraph's inside", id)
		}
	}
}

func TestParseTerm(t *testing.T) {
	term, err := parseTerm("x", "name: X\npicture: map\nalt: A map\n\nOne\nline.\n\nTwo.\n\n---\n\nMore.\n")
	if err != nil || term.Name != "X" || term.Picture != "map" || len(term.Text) != 2 || term.Text[0] != "One\nline." || len(term.More) != 1 {
		t.Errorf("%+v, %v", term, err)
	}
	for _, wrong := range []string{"", "name: X", "name: X\ncolour: red\n\nText", "picture: map\n\nText", "name: \n\nText", "Text\n\nText"} {
		if _, err := parseTerm("x", wrong); err == nil {
			t.Errorf("%q was read as a term", wrong)
		}
	}
	if _, err := explain("nothing", ""); err == nil {
		t.Error("a word that is no term was explained")
	}
	if e, err := explain("layer", "/search?image=a%26b"); err != nil || e.Drawing("dark") != "/glossary/layer.svg?image=a%26b&theme=dark" {
		t.Errorf("%v, %v", e.Drawing("dark"), err)
	}
}
