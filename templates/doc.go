// Package templates turns page structs into HTML.
//
// layout holds the page around every page and the partials; there is one folder per page family, and a page is one
// file there that defines the template "main"; a large one has pieces in a folder of its name. A page struct embeds [Base], is decided by its handler and handed to
// [Respond], which renders it or, for ?format=json, writes the struct itself: the page's JSON twin.
//
// static holds the style sheet, the script and the icon, and in static/dist what scripts/bundle.sh has made of map, the
// script of the maps: only pages with a map load it, and a program that was built without it serves drawings. They are
// embedded and addressed by their content, so that a browser may keep them for ever.
package templates
