// Package projection draws the maps of a file: for every embedding the places of its images in a plane.
//
// [Run] brings the maps up to date with the vectors. What is missing or was fitted on other vectors is fitted; images that
// have come since are placed among the others, which do not move; what is up to date is left alone. The layers of a model
// are one unit: their neighborhoods are compared, their maps are turned so that an image lies in the same quarter on all,
// or are fitted together where that is asked for, and they are written in one transaction. [Placer] finds the place of a picture that is not in the file.
package projection
