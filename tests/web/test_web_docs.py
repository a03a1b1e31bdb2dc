"""The plain list of the routes says what the OpenAPI document says."""

from app.web.docs import routes_of, swagger_folder

DOCUMENT = {
    "openapi": "3.1.0",
    "paths": {
        "/v1/rates": {
            "parameters": [{"$ref": "#/components/parameters/as~1of"}],
            "get": {
                "summary": "Rates",
                "description": "Rates of a scope.\n\nWith\ncoverage.",
                "parameters": [
                    {"name": "metric", "in": "query", "required": True, "description": "Which rate."}
                ],
                "responses": {
                    "200": {"description": "The rates."},
                    "default": {"$ref": "#/components/responses/Problem"},
                },
            },
            "post": {"responses": {"201": {"description": "Made."}}},
        },
    },
    "components": {
        "parameters": {"as/of": {"name": "as_of", "in": "query"}},
        "responses": {"Problem": {"description": "A problem."}},
    },
}


def test_every_operation_is_listed_with_its_words_parameters_and_answers() -> None:
    read, made = routes_of(DOCUMENT)
    assert (read.method, read.path, read.anchor) == ("GET", "/v1/rates", "get-v1-rates")
    assert read.words == ("Rates of a scope.", "With coverage.")
    assert [(p.name, p.place, p.required, p.words) for p in read.parameters] == [
        ("as_of", "query", False, ""),
        ("metric", "query", True, "Which rate."),
    ]
    assert read.answers == (("200", "The rates."), ("default", "A problem."))
    assert (made.method, made.answers) == ("POST", (("201", "Made."),))


def test_swagger_is_on_this_machine() -> None:
    names = {path.name for path in swagger_folder().iterdir()}
    assert {"swagger-ui-bundle.js", "swagger-ui.css"} <= names
