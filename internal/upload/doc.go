// Package upload takes pictures that visitors send and holds them in memory for a while: bounded in size, number and time,
// for the browser that sent them alone, and never written anywhere.
package upload
