package search

import (
	"github.com/labstack/echo/v4"

	"github.com/convnet-playground/convnet/templates"
)

// AboutPage explains the terms that the other pages use.
type AboutPage struct {
	templates.Base `json:"-"`
	Terms          []Term `json:"terms"`
}

// Term is a word and what it means here.
type Term struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Text string `json:"text"`
}

var terms = []Term{
	{"network", "Convolutional network", "A program with learned numbers that turns a picture into other pictures, step by step: first where edges and colours are, then textures, then parts of things. It learned these steps by sorting photographs. Here it does not sort: it is asked half-way what it has seen."},
	{"layer", "Layer", "One of those steps. Early layers answer to edges and colours, late ones to things. The same query therefore finds different images at different layers, and which layer serves your images best is for the scores to tell."},
	{"channel", "Channel", "One of the many pictures that a layer makes, each answering to its own pattern. A layer with 512 channels looks for 512 patterns at every place of the image."},
	{"field", "Receptive field", "What a place of a layer's map can see of the picture: the pixels on which its value can depend at all. It grows from layer to layer, from a few pixels to the whole picture."},
	{"gradcam", "Grad-CAM", "Which places of a layer's map speak for something that the network says further on: for a class, or for a channel of a later layer. Each channel of the map is weighed by how much more of it would raise the score, and what is left above zero is shown over the picture (Selvaraju and others, 2017)."},
	{"embedding", "Embedding", "What a layer saw of an image, as a list of numbers. The layer's channels are summed up over a few cells of the image (pooling), so that every image has a list of the same length. Images whose lists are alike look alike to the network. Lists made by different layers, weights or poolings are never compared."},
	{"metric", "Metric", "How the distance between two embeddings is measured. Cosine looks at the direction and works best as a rule; euclidean is the straight distance; sqeuclidean orders images in the same way with larger gaps; minkowski, with its exponent p, lets the largest differences count more the larger p is."},
	{"distance", "Distance", "The metric's own number for a pair of images. Smaller is nearer. Its scale differs from layer to layer and from metric to metric, so distances are only comparable within one answer."},
	{"similarity", "Similarity", "The distance made readable: 1 for an image exactly like the query, 0 for the image of the dataset that is farthest from it (1 − distance ÷ farthest distance). It compares the results of one query with each other."},
	{"percentile", "Percentile", "What a distance is worth in the dataset: how many of all pairs of its images lie closer than this, at that layer and under that metric. “Top 0.2 %” is among the nearest five hundredth of all pairs; 50 % is what two images taken at random are apart. It means the same under every metric, so the bar below a picture shows it: full where no pair lies closer, empty where all do. Up to 256 images all pairs are measured; of more, 32,640 that are drawn at random, always the same ones."},
	{"match", "Good match", "Results are a good match as long as they are no farther away than the distance that divides pairs of one category from pairs of different ones: as large a share of the former is farther apart as of the latter is as near. It is found from the dataset’s own categories, anew for every layer and metric; without categories it is the median of all pairs. When even the nearest image is farther away, there is no good match, and the page says so. The mark on the bars shows where that begins."},
	{"cosine", "Cosine similarity", "How much two embeddings point the same way: 1 for the same direction, 0 for nothing in common, below 0 for opposites. It is a sum over channels and over places, so it can be told which of them make two images alike, and which tell them apart."},
	{"score", "Weighted search score", "How well an answer fits the query's category, from 0 to 100. Among the 15 nearest images, without the query itself, a hit at the first place counts 15 points, at the second 14, down to 1 at the last; the score is the points of the hits as a share of all 120. A layer's mean score is that of all images of the dataset, each asked once (convnet evaluate)."},
	{"map", "Map", "Every image is a point, placed so that images whose embeddings are neighbors lie near each other. Only nearness means something: the axes have no names, and how far two groups are apart says little. UMAP keeps neighborhoods and lets the rest bend; PCA is a plain projection on the two directions in which the embeddings differ most. Trustworthiness says, from 0 to 1, how many of the neighbors that the map shows are neighbors among the embeddings too. A map is a picture of an answer, not the answer: distances on the search page are measured in the embedding itself."},
	{"upload", "Your own picture", "A picture you send is looked at in memory and forgotten after a quarter of an hour. It is not written to the file or anywhere else, and only your browser can see it."},
}

func serveAbout(c echo.Context) error {
	return templates.Respond(c, "search/about", &AboutPage{Base: templates.NewBase(c, "about", "About"), Terms: terms})
}
