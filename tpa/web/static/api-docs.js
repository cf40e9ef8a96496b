// Shows the API's description; nothing is asked of another host.
const place = document.getElementById("api-docs");
SwaggerUIBundle({
  url: place.dataset.schema, domNode: place, deepLinking: true, docExpansion: "none", validatorUrl: null,
  syntaxHighlight: { theme: "monokai" }, onComplete: () => place.removeAttribute("aria-busy"),
});
