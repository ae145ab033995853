using System.Reflection;
using Microsoft.Net.Http.Headers;

namespace Reelay.Server.OpenApi;

/// <summary>
/// <c>GET /docs</c>: the document for people. The viewer is a published package that others keep; its files lie beside the server's binaries
/// where the build could fetch them. Without them the page is plain and says so.
/// </summary>
internal sealed class DocsEndpoints
{
    /// <summary>Folder of the viewer beside the binaries.</summary>
    public const string ViewerFolder = "docs-viewer";

    private const string Bundle = "swagger-ui-bundle.js";

    // Nothing from anywhere else, and nothing written into the page: pictures in the viewer's style sheet are data, and results that were
    // fetched are blobs.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        [Bundle] = "text/javascript; charset=utf-8",
        ["swagger-ui.css"] = "text/css; charset=utf-8",
        ["favicon-32x32.png"] = "image/png",
        ["swagger-ui-bundle.js.LICENSE.txt"] = "text/plain; charset=utf-8",
        ["LICENSE"] = "text/plain; charset=utf-8",
        ["NOTICE"] = "text/plain; charset=utf-8",
    };

    private readonly string _folder;

    public DocsEndpoints(string folder) => _folder = folder;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/docs", [HttpMethods.Get, HttpMethods.Head], AnswerAsync);
        routes.MapMethods("/docs/{file}", [HttpMethods.Get, HttpMethods.Head], ServeAsync);
    }

    private Task AnswerAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.CacheControl = "no-cache";

        // Links are relative, so that the page works under a path prefix too; "/docs/" is one level deeper than "/docs".
        var root = context.Request.Path.Value!.EndsWith('/') ? "../" : "";
        var page = Resource(File.Exists(Path.Combine(_folder, Bundle)) ? "docs/page.html" : "docs/plain.html");
        return TypedResults.Text(page.Replace("{root}", root), "text/html; charset=utf-8").ExecuteAsync(context);
    }

    private Task ServeAsync(HttpContext context)
    {
        var name = (string)context.Request.RouteValues["file"]!;
        var headers = context.Response.Headers;
        var path = Path.Combine(_folder, Types.ContainsKey(name) ? name : Bundle);
        if (name != "start.js" && !(Types.ContainsKey(name) && File.Exists(path)))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        headers.CacheControl = "no-cache";
        if (name == "start.js") return TypedResults.Text(Resource("docs/start.js"), Types[Bundle]).ExecuteAsync(context);
        var file = new FileInfo(path);
        var tag = new EntityTagHeaderValue($"\"{file.LastWriteTimeUtc.Ticks:x}-{file.Length:x}\"");
        return TypedResults.PhysicalFile(path, Types[name], entityTag: tag).ExecuteAsync(context);
    }

    private static string Resource(string name)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
