/* gnuplot.c - the one child process of this program. No shell: arguments are passed as they are,
 * and gnuplot reads its script from a file that has no name. */
#include "report/gnuplot.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* -1: it could not be started. */
static int run(char *const arguments[], FILE *in, FILE *out, FILE *said)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fileno(in), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fileno(out), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fileno(said), STDERR_FILENO);
    pid_t pid;
    int failed = posix_spawnp(&pid, arguments[0], &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed) return -1;
    int status = 0;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* Not tmpfile: that one needs a folder that can be written, and it is not TMPDIR. */
static FILE *nameless_file(void)
{
    int file = memfd_create("gnuplot", MFD_CLOEXEC);
    return file < 0 ? NULL : fdopen(file, "w+");
}

static void read_back(FILE *from, char *buf, size_t size)
{
    rewind(from);
    size_t length = fread(buf, 1, size - 1, from);
    buf[length] = '\0';
    while (length && (buf[length - 1] == '\n' || buf[length - 1] == ' '))
        buf[--length] = '\0';
}

static void read_all(FILE *from, struct text *into)
{
    char buf[4096];
    rewind(from);
    for (size_t length; (length = fread(buf, 1, sizeof buf, from)) > 0;)
        text_add_n(into, buf, length);
}

bool gnuplot_run(const struct text *script, struct text *drawn, char *error)
{
    char *arguments[] = { "gnuplot", "-", NULL };
    FILE *in = nameless_file(), *out = nameless_file(), *complaints = nameless_file();
    int result = -1;
    bool written = in && out && complaints &&
                   fwrite(text_data(script), 1, script->length, in) == script->length &&
                   fflush(in) == 0;
    if (written) {
        rewind(in);
        result = run(arguments, in, out, complaints);
    }
    if (!written)
        snprintf(error, OUTPUT_ERROR_BYTES, "a temporary file: %s", strerror(errno));
    else if (result < 0 || result == 127)
        snprintf(error, OUTPUT_ERROR_BYTES,
                 "gnuplot cannot be started; plots need it (Debian package gnuplot-nox)");
    else if (result > 0) {
        char said[OUTPUT_ERROR_BYTES - 32];
        read_back(complaints, said, sizeof said);
        snprintf(error, OUTPUT_ERROR_BYTES, "gnuplot refused: %s", said);
    } else if (drawn) {
        read_all(out, drawn);
    }
    if (in) fclose(in);
    if (out) fclose(out);
    if (complaints) fclose(complaints);
    return written && result == 0;
}

const char *gnuplot_version(char *buf)
{
    char *arguments[] = { "gnuplot", "--version", NULL };
    FILE *in = nameless_file(), *out = nameless_file();
    int result = in && out ? run(arguments, in, out, out) : -1;
    if (result == 0) read_back(out, buf, 100);
    if (in) fclose(in);
    if (out) fclose(out);
    return result == 0 ? buf : NULL;
}
