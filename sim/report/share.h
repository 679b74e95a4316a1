/* share.h - where the files that ship with orrery are: plots, for one.
 *
 * Looked for beside the binary, in the source tree around it, and where `make install` put them. */
#ifndef REPORT_SHARE_H
#define REPORT_SHARE_H

struct arena;

/* The path of a shipped file or folder ("plots/latency.gp"); NULL when it is nowhere. */
const char *share_find(struct arena *a, const char *relative);
/* The text of a shipped file, at most SHARE_BYTES_MAX of it; NULL when it is nowhere. */
#define SHARE_BYTES_MAX 65536
const char *share_read(struct arena *a, const char *relative);

#endif
