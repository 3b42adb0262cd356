package search

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/convnet-playground/convnet/templates"
)

func (v *view) nearDuplicates(d NearDuplicates) CareSection {
	c := CareSection{
		Name: careNear, Title: "Near-duplicates", Count: len(d.Groups),
		About: fmt.Sprintf("Images that are at most %.2g times as far from each other as is usual among their neighbors. The distances of all images from their nearest say where copies end; mirror images count as copies.", d.Threshold),
		Empty: "No two images are nearly the same at this layer.",
	}
	for _, g := range d.Groups {
		c.Groups = append(c.Groups, v.duplicates(g))
	}
	return c
}

func (v *view) duplicates(g DuplicateGroup) CareGroup {
	group := CareGroup{Title: fmt.Sprintf("%d images", len(g.Images)), Note: fmt.Sprintf("from %.3g apart", g.Nearest)}
	if g.Disagree {
		group.Warn = "of different categories"
	}
	names := map[int64]string{}
	for _, img := range g.Images {
		names[img.ImageID] = img.Name
	}
	var others []string
	for _, img := range g.Images {
		t := v.compared(v.tile(img.CareImage, fmt.Sprintf("%d × %d", img.Width, img.Height)), names[img.Other])
		switch {
		case img.ImageID == g.Best:
			t.Badge = "largest"
		case img.Mirrored:
			t.Badge = "mirrored"
		}
		if img.ImageID != g.Best {
			others = append(others, strconv.FormatInt(img.ImageID, 10))
		}
		group.Tiles = append(group.Tiles, t)
	}
	label := "Delete the other"
	if len(others) > 1 {
		label = fmt.Sprintf("Delete the %d others", len(others))
	}
	group.Actions = []CareAction{{label, doDelete + ":" + strings.Join(others, ","), true}}
	return group
}

func (v *view) sameBytes(all []SameBytes) CareSection {
	c := CareSection{
		Name: careSame, Title: "Same bytes", Count: len(all),
		About: "Files with the very same bytes are one image here: they were ingested once. Also images that another dataset of this file has.",
		Empty: "Every file has bytes of its own.",
	}
	for _, s := range all {
		var parts []string
		if len(s.Files) > 1 {
			parts = append(parts, strings.Join(s.Files, ", "))
		}
		if len(s.Datasets) > 0 {
			parts = append(parts, "also in "+strings.Join(s.Datasets, ", "))
		}
		c.Groups = append(c.Groups, CareGroup{Title: templates.PlainPlural(max(1, len(s.Files)), "file", "files"), Note: strings.Join(parts, " · "), Tiles: []CareTile{v.tile(s.CareImage, "")}})
	}
	return c
}

func (v *view) outliers(o Outliers) CareSection {
	c := CareSection{
		Name: careOutliers, Title: "Outliers", Loose: true, Count: len(o.Images),
		About: fmt.Sprintf("Images in emptier surroundings than their neighbors: their local outlier factor is above %.3g, where the others' ends. 1 is amid others.", o.Fence),
		Empty: "No image stands alone at this layer.",
	}
	for _, img := range o.Images {
		c.Groups = append(c.Groups, CareGroup{Tiles: []CareTile{v.tile(img.CareImage, fmt.Sprintf("%.2f", img.Factor))}})
	}
	return c
}

func (v *view) suspects(all []Suspect) CareSection {
	c := CareSection{
		Name: careSuspects, Title: "Mislabelled?", Count: len(all),
		About: "Images whose ten nearest neighbors are of another category, more surely than is usual for it. The surest come first.",
		Empty: "No label is contradicted by its neighbors at this layer.",
	}
	for _, s := range all {
		t := v.tile(s.CareImage, "")
		t.Suggested = s.Suggested
		g := CareGroup{
			Title: categoryName(s.Category) + " → " + categoryName(s.Suggested) + "?",
			Tiles: []CareTile{t}, EvidenceNote: fmt.Sprintf("%.0f of its 10 nearest are %s, %.0f %s", 10*s.Share, categoryName(s.Suggested), 10*s.Given, categoryName(s.Category)),
			Actions: []CareAction{{"Move to " + s.Suggested, doSuggested + ":" + strconv.FormatInt(s.ImageID, 10), false}},
		}
		for _, n := range s.Neighbors[:min(4, len(s.Neighbors))] {
			g.Evidence = append(g.Evidence, v.compared(v.tile(n, ""), s.Name))
		}
		c.Groups = append(c.Groups, g)
	}
	return c
}

func (v *view) clusters(all Clusters) CareSection {
	c := CareSection{
		Name: careClusters, Title: "Clusters", Count: len(all.Clusters),
		About: fmt.Sprintf("Groups of images that belong together, whatever their categories; as many as tell them apart best (silhouette %.2f, of at most 1). The first image of each is its medoid.", all.Silhouette),
		Empty: "There are too few images for clusters.",
	}
	for i, cluster := range all.Clusters {
		g := CareGroup{
			Title: fmt.Sprintf("%d · %s", i+1, templates.PlainPlural(cluster.Images, "image", "images")),
			Note:  fmt.Sprintf("%.0f %% %s · silhouette %.2f", 100*cluster.Purity, categoryName(cluster.Category), cluster.Silhouette),
		}
		for _, img := range cluster.members {
			t := v.tile(img, "")
			if img.ImageID == cluster.Medoid.ImageID {
				t.Badge = "medoid"
			}
			g.Tiles = append(g.Tiles, t)
		}
		c.Groups = append(c.Groups, g)
	}
	return c
}

func categoryName(category string) string {
	if category == "" {
		return "no category"
	}
	return category
}
