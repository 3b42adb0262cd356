// Package pooling makes an embedding of a feature map: one number per channel and cell of a grid, and beside it each
// channel's mean and maximum.
//
// It works on a map as the runtime leaves it, in one pass, in C with the widest instructions that the CPU has. In the
// graph itself the same takes nine passes over the map, as many as a small network has altogether.
package pooling
