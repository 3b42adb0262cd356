package explorer

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/templates"
)

func modelURL(model string) string { return "/models/" + url.PathEscape(model) }

func layerURL(model, layer string) string {
	return modelURL(model) + "/layers/" + url.PathEscape(layer)
}

func channelURL(model, layer string, channel int) string {
	return layerURL(model, layer) + "/channels/" + strconv.Itoa(channel)
}

func searchURL(dataset, model, layer string) string {
	return "/search?" + url.Values{"dataset": {dataset}, "model": {model}, "layer": {layer}}.Encode()
}

func imageSearchURL(dataset, model, layer, image string) string {
	return searchURL(dataset, model, layer) + "&" + url.Values{"image": {image}}.Encode()
}

// channelSearchURL is the search with a channel as the query.
func channelSearchURL(dataset, model, layer string, channel int) string {
	return searchURL(dataset, model, layer) + "&" + url.Values{"plus": {"channel:" + strconv.Itoa(channel)}}.Encode()
}

func categoryURL(dataset, category string) string {
	return "/datasets/" + url.PathEscape(dataset) + "?" + url.Values{"category": {category}}.Encode()
}

// oneOf reads a choice from an address; the first of the values is taken where the address does not say.
func oneOf(q url.Values, name string, values ...string) (string, error) {
	value := q.Get(name)
	if value == "" {
		return values[0], nil
	}
	if !slices.Contains(values, value) {
		return "", echo.NewHTTPError(http.StatusBadRequest,
			fmt.Sprintf("%s must be %s or %s, not %q.", name, strings.Join(values[:len(values)-1], ", "), values[len(values)-1], value))
	}
	return value, nil
}

// command writes a convnet command as a shell takes it.
func command(words ...string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = templates.ShellWord(word)
	}
	return "convnet " + strings.Join(quoted, " ")
}

// MapURL is the address of a small drawing: the map of a channel over an image of a dataset. It takes the network.
func MapURL(model, dataset, image, layer string, channel int) string {
	return probeSelection{model: model, dataset: dataset, image: image, class: none}.mapping(layer, channel).drawing("map", smallDrawing)
}
