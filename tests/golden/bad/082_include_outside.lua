-- Only files of the folder.
include "../digest_matrix.sh"
