package api

import (
	"net/http"
	"slices"

	"github.com/convnet-playground/convnet/search"
	"github.com/convnet-playground/convnet/store"
)

var (
	onlyJSON   = []format{formatJSON}
	tableLike  = []format{formatJSON, formatCSV}
	vectorLike = []format{formatJSON, formatNPY, formatParquet, formatCSV}
	anyImage   = []string{"image/*"}
)

// table lists all routes.
func (a *API) table() []route {
	all := slices.Concat(a.overview(), a.datasetRoutes(), a.searchRoutes(), a.savedRoutes(), a.embeddingRoutes(), a.modelRoutes())
	for i := range all {
		if all[i].method == "" {
			all[i].method = http.MethodGet
		}
		if all[i].pictures == nil && all[i].formats == nil {
			all[i].formats = onlyJSON
		}
	}
	return all
}

func (a *API) overview() []route {
	return []route{
		{path: "", name: "getIndex", tag: "Overview", summary: "What is served, and where to begin",
			answer: Index{}, handle: a.getIndex},
		{path: "/openapi.json", name: "getOpenAPI", tag: "Overview", summary: "This description: OpenAPI 3.1",
			answer: map[string]any{}, sample: "/openapi.json", handle: a.getOpenAPI},
	}
}

// imageFilter are the parameters that choose among a dataset's images.
var imageFilter = []parameter{
	{name: "category", about: "Only images of this category; empty: those that have none.", kind: "string"},
	{name: "name", about: "Only images with this in their file name; case does not matter for ASCII letters.", kind: "string"},
	{name: "min_width", about: "Pixels, at least.", kind: "integer"}, {name: "max_width", about: "Pixels, at most.", kind: "integer", from: 1},
	{name: "min_height", about: "Pixels, at least.", kind: "integer"}, {name: "max_height", about: "Pixels, at most.", kind: "integer", from: 1},
	{name: "min_size", about: "Bytes of the original, at least.", kind: "integer"}, {name: "max_size", about: "Bytes of the original, at most.", kind: "integer", from: 1},
}

func (a *API) datasetRoutes() []route {
	const tag = "Datasets and images"
	return []route{
		{path: "/datasets", name: "listDatasets", tag: tag, summary: "Datasets", list: true,
			answer: List[Dataset]{}, sample: "/datasets", handle: a.listDatasets},
		{path: "/datasets/{dataset}", name: "getDataset", tag: tag, summary: "A dataset with its categories",
			answer: Dataset{}, sample: "/datasets/{dataset}", handle: a.getDataset},
		{path: "/datasets/{dataset}/images", name: "listImages", tag: tag, summary: "Images of a dataset, by id", list: true,
			formats: tableLike, answer: List[Image]{}, query: imageFilter,
			sample: "/datasets/{dataset}/images?category={category}&limit=5", handle: a.listImages},
		{path: "/datasets/{dataset}/images/{image}", name: "getImage", tag: tag, summary: "An image",
			answer: Image{}, sample: "/datasets/{dataset}/images/{image}", handle: a.getImage},
		{path: "/datasets/{dataset}/images/{image}/original", name: "getOriginal", tag: tag, summary: "The image's bytes as they came",
			pictures: anyImage, sample: "/datasets/{dataset}/images/{image}/original", handle: a.getOriginal},
		{path: "/datasets/{dataset}/images/{image}/thumbnail", name: "getThumbnail", tag: tag, summary: "A small picture of the image",
			pictures: anyImage, sample: "/datasets/{dataset}/images/{image}/thumbnail", handle: a.getThumbnail},
		{path: "/datasets/{dataset}/care", name: "getCare", tag: tag, summary: "What to look at in a dataset: near-duplicates, outliers, suspects, clusters, balance",
			about: "The whole dataset is looked through, by the cosine distance; the filter says which findings are told. " +
				"CSV has one row for each image of a finding. Without model and layer those with the best stored score are taken.",
			formats: tableLike, answer: search.CareReport{}, query: append(slices.Clone(whichEmbedding), imageFilter...),
			sample: "/datasets/{dataset}/care?model={model}&layer={layer}", handle: a.getCare},
		{path: "/datasets/{dataset}/edits", name: "listEdits", tag: tag, summary: "Moves and deletions of images, staged or committed", list: true,
			about:   "They are made on the page Care; this only tells of them.",
			formats: tableLike, answer: List[Edit]{}, sample: "/datasets/{dataset}/edits", handle: a.listEdits},
		{path: "/datasets/{dataset}/runs", name: "listRuns", tag: tag, summary: "What ran on a dataset, the newest first", list: true,
			answer: List[store.Run]{}, sample: "/datasets/{dataset}/runs", handle: a.listRuns},
		{path: "/datasets/{dataset}/quarantine", name: "listQuarantine", tag: tag, summary: "Inputs that were refused, with the reason", list: true,
			formats: tableLike, answer: List[Quarantined]{}, sample: "/datasets/{dataset}/quarantine", handle: a.listQuarantine},
	}
}

// whichEmbedding are the parameters that choose among a dataset's embeddings.
var whichEmbedding = []parameter{
	{name: "model", about: "Name of the model.", kind: "string"},
	{name: "layer", about: "Name of the layer.", kind: "string"},
	{name: "pooling", about: "Pooling, where a layer has several.", kind: "string"},
}

var metricNames = []string{string(store.Cosine), string(store.Euclidean), string(store.SqEuclidean), string(store.Minkowski)}

func (a *API) searchRoutes() []route {
	const tag = "Search and scores"
	how := slices.Concat(whichEmbedding, []parameter{
		{name: "metric", about: "How distance is measured; cosine where nothing is said.", kind: "string", values: metricNames},
		{name: "p", about: "Minkowski's exponent, 1 to 64; 3 where nothing is said.", kind: "number"},
		{name: "k", about: "How many neighbors; 15 where nothing is said.", kind: "integer", from: 1, to: 1000},
	})
	saved := []parameter{{name: "saved", about: "Or the number of a saved picture.", kind: "integer", from: 1}}
	byImage := parameter{name: "image", about: "The query: id, SHA-256 or file name of an image of the dataset.", kind: "string"}
	asked := []parameter{
		{name: "crop", about: "Search with a part of the picture: x,y,width,height in pixels of the upright original. It takes the network.", kind: "string"},
		{name: "plus", about: "What the results shall be like, as often as wanted: [WEIGHT*][CROP@]KIND:VALUE. Kinds: image (id, SHA-256 or file name), id, " +
			"saved (number), lasso and point (corners and map), channel (number, alone). A weight is 1 where nothing is said.", kind: "string", many: true},
		{name: "minus", about: "What they shall not be like, written like plus.", kind: "string", many: true},
	}
	return []route{
		{path: "/datasets/{dataset}/neighbors", name: "listNeighbors", tag: tag, summary: "Nearest images to a query",
			about: "Exact. Without model and layer those with the best stored score are taken. The images of a query are not compared. Several parts are " +
				"normalised, weighted and added (Rocchio's feedback); a channel ranks images by how much they excite it.",
			formats: tableLike, answer: Neighbors{}, query: slices.Concat([]parameter{byImage}, saved, asked, how), problems: []int{http.StatusConflict},
			sample: "/datasets/{dataset}/neighbors?image={image}&model={model}&layer={layer}&k=5", handle: a.listNeighbors},
		{method: http.MethodPost, path: "/datasets/{dataset}/neighbors", name: "findNeighbors", tag: tag,
			summary: "Nearest images to a picture or a vector that is sent",
			about: "The body is the picture itself, a form with the picture in the field image, or JSON with a vector of the embedding's kind. " +
				"The fields of a form and of JSON go before the parameters of the address. Nothing of it is stored.",
			formats: tableLike, answer: Neighbors{}, query: slices.Concat(asked, how),
			body: []body{{mediaType: "application/json", of: Query{}}, {mediaType: "multipart/form-data", form: true},
				{mediaType: "image/jpeg"}, {mediaType: "image/png"}, {mediaType: "image/gif"}, {mediaType: "image/webp"}, {mediaType: "application/octet-stream"}},
			problems: []int{http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity},
			before:   "/datasets/{dataset}/images/{image}/original",
			sample:   "/datasets/{dataset}/neighbors?model={model}&layer={layer}&k=5", handle: a.findNeighbors},
		{path: "/datasets/{dataset}/scores", name: "listScores", tag: tag, summary: "How well each layer finds images of the query's category", list: true,
			about:   "As convnet evaluate has stored them; there are none before.",
			formats: tableLike, answer: List[Score]{}, query: append(slices.Clone(whichEmbedding),
				parameter{name: "metric", about: "Only scores by this metric; minkowski:3 names its exponent.", kind: "string"},
				parameter{name: "category", about: "Only scores of this category; empty: means over all queries.", kind: "string"}),
			sample: "/datasets/{dataset}/scores?model={model}&format=csv", handle: a.listScores},
	}
}

func (a *API) savedRoutes() []route {
	const tag = "Saved pictures"
	return []route{
		{path: "/saved", name: "listSaved", tag: tag, summary: "Pictures that somebody has searched with and saved, by id", list: true,
			about:   "They are saved and removed on the pages of a file that can be changed; this only tells of them. They belong to no dataset: search any with saved=ID.",
			formats: tableLike, answer: List[Saved]{}, sample: "/saved", handle: a.listSaved},
		{path: "/saved/{saved}", name: "getSaved", tag: tag, summary: "A saved picture",
			answer: Saved{}, sample: "/saved/{saved}", handle: a.getSaved},
		{path: "/saved/{saved}/picture", name: "getSavedPicture", tag: tag, summary: "The saved picture's bytes as they came",
			pictures: anyImage, sample: "/saved/{saved}/picture", handle: a.getSavedPicture},
		{path: "/saved/{saved}/thumbnail", name: "getSavedThumbnail", tag: tag, summary: "A small form of the saved picture",
			pictures: anyImage, sample: "/saved/{saved}/thumbnail", handle: a.getSavedThumbnail},
	}
}

func (a *API) embeddingRoutes() []route {
	const tag = "Embeddings"
	return []route{
		{path: "/datasets/{dataset}/embeddings", name: "listEmbeddings", tag: tag, summary: "Embeddings of a dataset: one for each layer and pooling", list: true,
			answer: List[Embedding]{}, query: whichEmbedding, sample: "/datasets/{dataset}/embeddings?model={model}", handle: a.listEmbeddings},
		{path: "/embeddings/{embedding}", name: "getEmbedding", tag: tag, summary: "An embedding",
			answer: Embedding{}, sample: "/embeddings/{embedding}", handle: a.getEmbedding},
		{path: "/embeddings/{embedding}/vectors", name: "listVectors", tag: tag, summary: "All vectors, by image id", list: true,
			about: "JSON comes in pages. NPY (a float32 array of images × dimension), Parquet and CSV are the whole embedding, written as it " +
				"is read; limit and cursor are for JSON.",
			formats: vectorLike, answer: List[ImageVector]{}, sample: "/embeddings/{embedding}/vectors?format=npy", handle: a.listVectors},
		{path: "/embeddings/{embedding}/vectors/{image}", name: "getVector", tag: tag, summary: "The vector of an image",
			about:  "The answer can be sent to /neighbors as it is.",
			answer: Query{}, sample: "/embeddings/{embedding}/vectors/{image}", handle: a.getVector},
		{path: "/datasets/{dataset}/projections", name: "listProjections", tag: tag, summary: "Maps of a dataset's embeddings", list: true,
			about: "As convnet project has made them; there are none before.", answer: List[Projection]{},
			query:  append(slices.Clone(whichEmbedding), parameter{name: "method", about: "How places were found.", kind: "string", values: []string{store.UMAP, store.PCA}}),
			sample: "/datasets/{dataset}/projections", handle: a.listProjections},
		{path: "/embeddings/{embedding}/projections/{method}", name: "getProjection", tag: tag, summary: "A map without its points",
			answer: Projection{}, sample: "/embeddings/{embedding}/projections/{method}", handle: a.getProjection},
		{path: "/embeddings/{embedding}/projections/{method}/points", name: "listPoints", tag: tag, summary: "Places of the images on a map, by image id", list: true,
			formats: tableLike, answer: List[Point]{}, sample: "/embeddings/{embedding}/projections/{method}/points?format=csv", handle: a.listPoints},
	}
}

func (a *API) modelRoutes() []route {
	const tag, layer = "Models, layers, channels", "/models/{model}/layers/{layer}"
	png := []string{"image/png"}
	return []route{
		{path: "/models", name: "listModels", tag: tag, summary: "Models in the file", list: true,
			answer: List[Model]{}, sample: "/models", handle: a.listModels},
		{path: "/models/{model}", name: "getModel", tag: tag, summary: "A model",
			answer: Model{}, sample: "/models/{model}", handle: a.getModel},
		{path: "/models/{model}/layers", name: "listLayers", tag: tag, summary: "Layers from the input to the end: shape, parameters, receptive field", list: true,
			answer: List[Layer]{}, sample: "/models/{model}/layers?limit=5", handle: a.listLayers},
		{path: layer, name: "getLayer", tag: tag, summary: "A layer",
			answer: Layer{}, sample: layer, handle: a.getLayer},
		{path: layer + "/channels", name: "listChannels", tag: tag, summary: "Channels of a layer, with what they made of a dataset", list: true,
			answer: List[Channel]{}, query: []parameter{{name: "dataset", about: "Say what the channels made of this dataset's images.", kind: "string"}},
			sample: layer + "/channels?dataset={dataset}&limit=3", handle: a.listChannels},
		{path: layer + "/channels/{channel}", name: "getChannel", tag: tag, summary: "A channel",
			answer: Channel{}, query: []parameter{{name: "dataset", about: "Say what the channel made of this dataset's images.", kind: "string"}},
			sample: layer + "/channels/{channel}?dataset={dataset}", handle: a.getChannel},
		{path: layer + "/visualizations", name: "listVisualizations", tag: tag, summary: "Pictures made for a layer's channels, by id", list: true,
			answer: List[Visualization]{}, query: []parameter{
				{name: "objective", about: "Only pictures for this objective: channel:17, channel:-17 for its opposite, layer, …", kind: "string"},
				{name: "channel", about: "Only pictures for this channel or its opposite.", kind: "integer"},
			}, sample: layer + "/visualizations?channel={channel}", handle: a.listVisualizations},
		{path: "/visualizations/{visualization}", name: "getVisualization", tag: tag, summary: "A picture's objective, parameters and curve",
			answer: Visualization{}, sample: "/visualizations/{visualization}", handle: a.getVisualization},
		{path: "/visualizations/{visualization}/png", name: "getVisualizationPNG", tag: tag, summary: "The picture itself",
			pictures: png, sample: "/visualizations/{visualization}/png", handle: a.getVisualizationPNG},
	}
}
