using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.Net.Http.Headers;
using Reelay.Contracts;
using Reelay.Server.Api;
using Reelay.Server.Api.Dialects;

namespace Reelay.Server.OpenApi;

/// <summary><c>GET /openapi/v1.json</c>: what this server offers under <c>/v1</c>. Takes no key; what is withheld from everybody is not in it.</summary>
internal sealed class OpenApiEndpoint(BaseUrls baseUrls, Withholding withholding, EndpointDataSource endpoints)
{
    private readonly Lock _gate = new();
    private JsonObject? _document;
    private Made? _last;

    public void Map(IEndpointRouteBuilder routes) => routes.MapMethods("/openapi/v1.json", [HttpMethods.Get, HttpMethods.Head], AnswerAsync);

    private Task AnswerAsync(HttpContext context)
    {
        var made = Make(context);

        // Kept by whoever likes, but looked after at every use: another version of the server says other things under the same address.
        context.Response.Headers.CacheControl = "no-cache";
        return TypedResults.Bytes(made.Json, "application/json", entityTag: made.Tag).ExecuteAsync(context);
    }

    private Made Make(HttpContext context)
    {
        var baseUrl = baseUrls.Of(context.Request);
        lock (_gate)
        {
            if (_last is { } made && made.BaseUrl == baseUrl) return made;

            // All routes are known by the time of the first request; those of keys that hide something are among them.
            _document ??= ApiDescription.Of(Mapped().Contains, withholding.HidesFromAll(Operations.Wait));
            _document["servers"]![0]!["url"] = baseUrl;
            var json = JsonAnswer.Serialize(_document, ContractsJson.Default.JsonObject);
            return _last = new Made(baseUrl, json, new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(json))}\""));
        }
    }

    private RouteSet Mapped() => new(endpoints.Endpoints.OfType<RouteEndpoint>().SelectMany(
        route => route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [], (route, method) => (method, route.RoutePattern.RawText!)));

    private sealed record Made(string BaseUrl, byte[] Json, EntityTagHeaderValue Tag);

    private sealed class RouteSet(IEnumerable<(string Method, string Path)> routes)
    {
        private readonly HashSet<(string, string)> _routes = [.. routes];

        public bool Contains(string method, string path) => _routes.Contains((method, path));
    }
}
