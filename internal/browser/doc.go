// Package browser holds the tests that drive the built program's pages in a real browser, headless Chromium, the way a
// visitor would: by click, by keyboard, by file, without JavaScript, on a phone, in the dark.
//
// They are skipped where Chromium or ONNX Runtime is missing, and fail there when the environment variable CI is set.
// With CONVNET_SCREENSHOTS set to a folder, they leave pictures of the pages in it.
package browser
