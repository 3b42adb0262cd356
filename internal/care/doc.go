// Package care looks through the vectors of a dataset for what a curator wants to see: images that are nearly the same,
// images unlike all others, groups that belong together, labels that their neighbors contradict, categories out of balance.
//
// [Examine] looks at vectors alone, [Suspects] and [BalanceOf] at labels. All of it is pure, gives the same result every
// time, and ends when its context does. Distances are cosine distances. Time and memory grow as the number of images times
// the length of their vectors, but for the neighbors of up to 20,000 images, which are compared each with each; what is
// compared each with each for clusters is at most [sampleSize] of them.
package care
