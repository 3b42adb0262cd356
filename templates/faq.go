package templates

import (
	"html/template"
	"strings"
)

// Question is one that people ask, with its answer.
type Question struct {
	ID     string          `json:"id"`
	Text   string          `json:"question"`
	Answer []template.HTML `json:"answer"` // paragraphs
}

var questions = loadQuestions()

// Questions are those of teaching/faq.html: "? id: question", then the answer's paragraphs.
func Questions() []Question { return questions }

func loadQuestions() []Question {
	text, err := files.ReadFile("teaching/faq.html")
	if err != nil {
		panic(err) // embedded: cannot fail in a program that was built
	}
	var all []Question
	for block := range strings.SplitSeq("\n"+string(text), "\n? ") {
		head, answer, _ := strings.Cut(block, "\n")
		if id, question, ok := strings.Cut(head, ": "); ok {
			all = append(all, Question{id, question, paragraphs(answer)})
		}
	}
	return all
}
