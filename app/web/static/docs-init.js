// Starts Swagger UI on the page that /docs renders; the address of the OpenAPI document stands in the page.
"use strict";
const target = document.getElementById("swagger-ui");
window.ui = SwaggerUIBundle({
  url: target.dataset.openapi,
  domNode: target,
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  tryItOutEnabled: true,
  // The validator badge would ask another host.
  validatorUrl: null,
});
