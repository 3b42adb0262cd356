// Package hdf5 reads what Keras and h5py write: groups, string attributes and arrays of numbers in HDF5 files.
//
// It understands superblocks 0 to 3, old and new object headers, groups as symbol tables, as link messages and as
// dense storage, fixed and variable-length strings, and arrays that are compact, contiguous or chunked (B-tree,
// single, implicit and fixed-array indexes) behind the gzip, shuffle and fletcher32 filters. Anything else is refused
// with a sentence that names it (ErrUnsupported).
//
// A file is hostile input: every address and size is checked against the file before it is used, no structure is
// visited twice, and nothing is allocated that the file's own size does not make plausible. Nothing panics.
//
// The format is specified at https://docs.hdfgroup.org/hdf5/develop/_f_m_t3.html; comments name its structures by the
// specification's words and signatures.
package hdf5
