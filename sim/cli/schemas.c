/* schemas.c - what every --json prints, as JSON Schemas.
 *
 * Each row is what stands between "properties": { "schema", "version" and the end of the document.
 */
#include "cli/schemas.h"

#include "report/report.h"

#include <string.h>

#define TEXT "{\"type\": \"string\"}"
#define TEXT_OR_NULL "{\"type\": [\"string\", \"null\"]}"
#define NUMBER_OR_NULL "{\"type\": [\"number\", \"null\"]}"
#define COUNT "{\"type\": \"integer\", \"minimum\": 0}"
#define FLAG "{\"type\": \"boolean\"}"

/* A list of objects that have all of these members and no others. */
#define LIST(name, required, members)                                                              \
    "\"" name "\": {\"type\": \"array\", \"items\": {\"type\": \"object\",\n"                      \
    "      \"required\": [" required "], \"additionalProperties\": false,\n"                       \
    "      \"properties\": {" members "}}}"

#define SIDE                                                                                       \
    "{\"type\": \"object\", \"required\": [\"name\", \"scenario\", \"title\", \"digest\"],\n"      \
    "      \"properties\": {\"name\": " TEXT ", \"scenario\": " TEXT ", \"title\": " TEXT          \
    ", \"digest\": " TEXT "}}"

static const struct {
    const char *name, *title, *required, *members;
} documents[] = {
    { "orrery.check", "orrery check --json", "\"files\"",
      LIST("files", "\"file\", \"ok\", \"objects\", \"problems\"",
           "\"file\": " TEXT ", \"ok\": " FLAG ", \"objects\": " COUNT ",\n      " LIST(
               "problems", "\"severity\", \"file\", \"line\", \"path\", \"message\", \"hint\"",
               "\"severity\": {\"enum\": [\"error\", \"warning\"]}, \"file\": " TEXT_OR_NULL
               ",\n      \"line\": " COUNT ", \"path\": " TEXT_OR_NULL ", \"message\": " TEXT
               ", \"hint\": " TEXT_OR_NULL)) },
    { "orrery.compare", "orrery compare --json", "\"comparisons\"",
      LIST("comparisons", "\"a\", \"b\", \"figures\"",
           "\"a\": " SIDE ",\n      \"b\": " SIDE
           ",\n      " LIST("figures",
                            "\"metric\", \"unit\", \"a\", \"b\", \"difference\", \"ci95_low\", "
                            "\"ci95_high\", \"n\"",
                            "\"metric\": " TEXT ", \"unit\": " TEXT ", \"a\": " NUMBER_OR_NULL
                            ", \"b\": " NUMBER_OR_NULL ",\n      \"difference\": " NUMBER_OR_NULL
                            ", \"ci95_low\": " NUMBER_OR_NULL ", \"ci95_high\": " NUMBER_OR_NULL
                            ",\n      \"n\": " COUNT)) },
    { "orrery.diff", "orrery diff --json", "\"differences\", \"text\"",
      "\"differences\": " COUNT ",\n    \"text\": " TEXT },
    { "orrery.doctor", "orrery doctor --json", "\"findings\"",
      LIST("findings", "\"name\", \"ok\", \"state\", \"use\"",
           "\"name\": " TEXT ", \"ok\": " FLAG ", \"state\": " TEXT ", \"use\": " TEXT) },
    { "orrery.explain", "orrery explain --json", "\"topic\", \"text\"",
      "\"topic\": " TEXT_OR_NULL ",\n    \"text\": " TEXT },
    { "orrery.plot", "orrery plot VIEW FILE.db --json", "\"file\"", "\"file\": " TEXT },
    { "orrery.plots", "orrery plot --json", "\"plots\"",
      LIST("plots", "\"name\", \"doc\"", "\"name\": " TEXT ", \"doc\": " TEXT) },
    { "orrery.runs", "orrery run --json of several scenarios, orrery export FILE.db json",
      "\"runs\"", "\"runs\": {\"type\": \"array\", \"items\": {\"$ref\": \"orrery.run\"}}" },
};
#define DOCUMENT_COUNT (sizeof documents / sizeof *documents)

static void add_document(uint32_t index, struct text *out)
{
    text_format(out,
                "{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
                "  \"$id\": \"%s\",\n  \"title\": \"The object of %s\",\n  \"type\": \"object\",\n"
                "  \"required\": [\"schema\", \"version\", %s],\n"
                "  \"additionalProperties\": false,\n"
                "  \"properties\": {\n    \"schema\": {\"const\": \"%s\"},\n"
                "    \"version\": {\"const\": 1},\n    ",
                documents[index].name, documents[index].title, documents[index].required,
                documents[index].name);
    text_add(out, documents[index].members);
    text_add(out, "\n  }");
    if (strcmp(documents[index].name, "orrery.runs") == 0) {
        text_add(out, ",\n  \"$defs\": {\"run\": ");
        report_json_schema(out);
        text_add(out, "}");
    }
    text_add(out, "\n}\n");
}

bool schemas_add(const char *name, struct text *out)
{
    if (strcmp(name, "orrery.run") == 0) {
        report_json_schema(out);
        return true;
    }
    for (uint32_t i = 0; i < DOCUMENT_COUNT; i++) {
        if (strcmp(name, documents[i].name) != 0) continue;
        add_document(i, out);
        return true;
    }
    text_format(out, "no --json has the schema '%s'; there are orrery.run", name);
    for (uint32_t i = 0; i < DOCUMENT_COUNT; i++)
        text_format(out, ", %s", documents[i].name);
    text_add(out, ", and without a name that of scenario documents");
    return false;
}
