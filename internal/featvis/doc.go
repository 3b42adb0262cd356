// Package featvis makes the picture that excites a part of a network most, by gradient ascent: feature visualisation (Olah,
// Mordvintsev, Schubert: Feature Visualization, Distill 2017), in the words of Lucid, its authors' library.
//
//   - An objective says how much a picture excites, and how each of its pixels adds to it. It is injected as a Gradient;
//     this package knows no network.
//   - A param is what is optimised instead of pixels: a spectrum in decorrelated colours, whose coordinates an optimiser
//     moves at about the same speed; or only its phases, with the strengths of natural pictures' frequencies (MACO).
//   - A transform moves the picture a little in every step, so that what survives does not hang on single pixels.
//   - Render puts them together.
package featvis
