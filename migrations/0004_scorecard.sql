-- What searching with every image of a dataset found, query by query: the scorecard is made of it. It lies in the row of
-- the mean over all queries, since a table of its own would take a page of 64 KiB in every file.
ALTER TABLE score ADD COLUMN images INTEGER CHECK (images >= 0); -- how many vectors were compared; another number now means that it is stale. NULL: means only
ALTER TABLE score ADD COLUMN labels_sha256 BLOB CHECK (length(labels_sha256) = 32); -- of the images' ids and categories; likewise
ALTER TABLE score ADD COLUMN categories TEXT CHECK (categories IS NULL OR json_valid(categories)); -- names, which the ranks refer to by their place
ALTER TABLE score ADD COLUMN ranks BLOB; -- about 30 bytes per query: see store/evaluation_record.go
