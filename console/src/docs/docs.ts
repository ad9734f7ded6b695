// The page of the API reference: Swagger UI over the OpenAPI document that lies beside it.

interface SwaggerUi {
  (options: Record<string, unknown>): unknown;
}
declare const SwaggerUIBundle: SwaggerUi;

// Swagger UI has colours for the dark, and waits to be told when.
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

SwaggerUIBundle({
  url: new URL("openapi.json", document.baseURI).href,
  dom_id: "#reference",
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  filter: true,
  tryItOutEnabled: false,
  // Else the browser would answer a 401 by a password dialog of its own.
  requestInterceptor: (request: Record<string, unknown>) => ({ ...request, credentials: "omit" }),
  onComplete: () => document.getElementById("servers")?.setAttribute("aria-label", "Server"),
  validatorUrl: null, // nothing is asked of another host
});
