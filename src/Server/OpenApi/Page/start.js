// Starts the viewer on the server's own document. No validator is asked: it would be somebody else's server.
const viewer = document.getElementById('viewer');
SwaggerUIBundle({
  domNode: viewer,
  url: viewer.dataset.document,
  presets: [SwaggerUIBundle.presets.apis],
  validatorUrl: null,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
});
