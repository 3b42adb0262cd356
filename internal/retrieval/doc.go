// Package retrieval holds the measures of retrieval, each defined once, and how sure one can be of their means.
//
// A query is an image; what it should find, its relevant images, are the others of its category. The query itself is never
// among the results. Results are ranked by distance, equal distances by image id, so every image has a place of its own and
// no measure needs a rule for ties. Relevance is yes or no. A query whose category has no other image can find nothing: every
// measure gives it 0, and it counts.
//
// With hits h₁, h₂, … (1 for a relevant image at that place, else 0), R relevant images and a cut-off k:
//
//	weighted score  100 · Σ hᵢ (16 − i) / Σ (16 − i), i from 1 to 15 or to the last place there is (the original playground's)
//	precision@k     Σ hᵢ / k, i ≤ k; places that a small dataset does not have are misses
//	recall@k        Σ hᵢ / R, i ≤ k
//	MAP@k           the mean over queries of  Σ hᵢ precision@i / min(R, k), i ≤ k
//	MAP             the same over all places, divided by R: scikit-learn's average_precision_score
//	R-precision     precision@R
//	NDCG@k          Σ hᵢ / log₂(i + 1) over the same sum for a ranking with all relevant images first, i ≤ k: scikit-learn's
//	                ndcg_score, trec_eval's ndcg_cut
//
// Test values come from scikit-learn (scripts/fixtures/scores) and from hand.
package retrieval
