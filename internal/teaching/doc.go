// Package teaching serves the pages that explain: the tour in five steps, the glossary, questions and answers, and about.
//
// What is general stands in templates/teaching, once: every term is a file there, which the glossary, the tour and the "?"
// beside a word show. What is particular is made from the data at hand when it is asked for: the tour's sentences and rows
// of images (tour*.go), and a term's drawing, an SVG that an <img> loads when it comes into view (draw*.go), so that pages
// with explanations are no slower for them.
//
// Answers come from the search service and the explorer's statistics, as those of the other pages do; nothing is computed
// here but what drawings need.
package teaching
