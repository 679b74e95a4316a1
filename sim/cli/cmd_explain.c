/* cmd_explain.c - orrery explain: every kind and field, from the tables that the loader reads. */
#include "base/arena.h"
#include "cli/cli.h"
#include "cli/schemas.h"
#include "schema/schema.h"

#include <stdio.h>
#include <string.h>

struct explain_values {
    bool markdown, schema, luals, luacheckrc, json;
    const char *expand;
    struct option_texts set;
};

static const struct option explain_options[] = {
    { "markdown", 0, OPTION_FLAG, offsetof(struct explain_values, markdown),
      .doc = "As a reference page" },
    { "schema", 0, OPTION_FLAG, offsetof(struct explain_values, schema),
      .doc = "The JSON Schema of scenario documents, or of the --json named (orrery.run)" },
    { "luals", 0, OPTION_FLAG, offsetof(struct explain_values, luals),
      .doc = "Types for the Lua language server" },
    { "luacheckrc", 0, OPTION_FLAG, offsetof(struct explain_values, luacheckrc),
      .doc = "Settings for luacheck" },
    { "expand", 0, OPTION_TEXT, offsetof(struct explain_values, expand), "SCENARIO",
      .doc = "Print a scenario in canonical form" },
    { "set", 0, OPTION_TEXTS, offsetof(struct explain_values, set), "PATH=VALUE",
      .doc = "With --expand: change a field first; may be repeated" },
    { "json", 0, OPTION_FLAG, offsetof(struct explain_values, json),
      .doc = "As JSON: with --expand the document, else an object with the text" },
    OPTIONS_END
};

static int expand(struct cli *cli, const struct explain_values *v, struct text *out)
{
    struct diag *d = diag_open();
    struct scenario s = cli_scenario(cli, v->expand, &v->set, d);
    bool bad = cli_problems(d);
    diag_close(d);
    if (bad) return EXIT_USAGE;
    if (s.doors.open)
        fprintf(stderr,
                "orrery explain: warning: %s has functions, which only its script can say: what is "
                "printed lacks them\n",
                v->expand);
    if (v->json)
        schema_print_json(s.document, out);
    else
        schema_print_lua(s.document, out);
    return cli_print(cli, out);
}

static int print_topic(struct cli *cli, const struct explain_values *v, const char *topic,
                       struct text *out)
{
    bool known = v->markdown ? explain_markdown(topic, out) : explain_text(topic, out);
    if (!known) {
        while (out->length && out->data[out->length - 1] == '\n')
            out->data[--out->length] = '\0';
        return cli_fail(cli, EXIT_USAGE, "%s", text_data(out));
    }
    if (!v->json) return cli_print(cli, out);
    struct text json = { 0 };
    text_add(&json, "{\"schema\": \"orrery.explain\", \"version\": 1, \"topic\": ");
    if (topic)
        text_add_json(&json, topic);
    else
        text_add(&json, "null");
    text_add(&json, ", \"text\": ");
    text_add_json(&json, text_data(out));
    text_add(&json, "}\n");
    int code = cli_print(cli, &json);
    text_close(&json);
    return code;
}

static int explain_run(struct cli *cli, const void *values)
{
    const struct explain_values *v = values;
    const char *topic = cli->operand_count ? cli->operands[0] : NULL;
    uint32_t forms = v->markdown + v->schema + v->luals + v->luacheckrc + (v->expand != NULL);
    if (forms > 1) return cli_fail(cli, EXIT_USAGE, "choose one form");
    bool results = topic && v->schema;
    if (v->json && (v->luals || v->luacheckrc))
        return cli_fail(cli, EXIT_USAGE, "--json is of topics and of --expand");
    if (topic && (v->luals || v->luacheckrc || v->expand))
        return cli_fail(cli, EXIT_USAGE, "this form is of everything: leave out '%s'", topic);
    if (v->set.count && !v->expand) return cli_fail(cli, EXIT_USAGE, "--set goes with --expand");
    struct text out = { 0 };
    int code;
    if (v->expand) {
        code = expand(cli, v, &out);
    } else if (results) {
        code = schemas_add(topic, &out) ? cli_print(cli, &out)
                                        : cli_fail(cli, EXIT_USAGE, "%s", text_data(&out));
    } else if (v->schema || v->luals || v->luacheckrc) {
        (v->schema ? explain_json_schema : v->luals ? explain_luals : explain_luacheckrc)(&out);
        code = cli_print(cli, &out);
    } else {
        code = print_topic(cli, v, topic, &out);
    }
    text_close(&out);
    return code;
}

extern const struct command command_explain;
const struct command command_explain = {
    .name = "explain",
    .operands = "[KIND[.FIELD]|SCHEMA]",
    .operand_max = 1,
    .doc = "What can be said in a scenario: kinds, fields, defaults, ranges",
    .more = "examples:\n"
            "  orrery explain\n"
            "  orrery explain service.replicas\n"
            "  orrery explain --schema > orrery.schema.json\n"
            "  orrery explain --schema orrery.run\n"
            "  orrery explain --expand scenario.lua\n",
    .options = explain_options,
    .values_size = sizeof(struct explain_values),
    .run = explain_run,
};
