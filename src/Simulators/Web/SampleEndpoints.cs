using System.Globalization;

namespace Reelay.Simulators;

/// <summary>Media for demos, made on demand.</summary>
internal static class SampleEndpoints
{
    private const int MaxEdgePixels = 4096;

    /// <summary>
    /// Maps <c>/_sandbox/samples/{name}</c>: a picture or a clip under any name, by its ending. Documented requests name files of a host that
    /// has none; with the sandbox on they come from here.
    /// </summary>
    public static void MapSamples(this IEndpointRouteBuilder routes) => routes.MapGet("/_sandbox/samples/{**name}", AnswerAsync);

    private static Task AnswerAsync(HttpContext context, SandboxCore sandbox, string? name, string? size)
    {
        switch (Path.GetExtension(name ?? "").ToLowerInvariant())
        {
            case ".png" or ".jpg" or ".jpeg" or ".webp":
                var picture = ReadSize(size, "1280x720") is var (width, height) ? Results.Bytes(PngImage.Gradient(width, height), "image/png") : BadSize();
                return picture.ExecuteAsync(context);
            case ".mp4" or ".mov":
                return ReadSize(size, "1280x720") is var (clipWidth, clipHeight) ? ClipAsync(context, sandbox, clipWidth, clipHeight) : BadSize().ExecuteAsync(context);
            default:
                return ControlEndpoints.Refuse("name", $"there is no sample {name}; any name that ends in .png, .jpg, .webp or .mp4 is one.").ExecuteAsync(context);
        }
    }

    private static async Task ClipAsync(HttpContext context, SandboxCore sandbox, int width, int height)
    {

        ClipOrder order = new()
        {
            Key = $"sample-{width}x{height}",
            WidthPixels = width,
            HeightPixels = height,
            Seconds = 4,
            Model = "sample",
            Prompt = "A sample of the sandbox",
            Parameters = $"{width}x{height}  4 s  24 fps",
        };
        SimulatedResponse response = SimulatedResponse.OfClip(order, ClipVariant.Video);
        await ResponseWriter.WriteAsync(context, sandbox.Clips, response);
    }

    private static (int Width, int Height)? ReadSize(string? size, string usual)
    {
        string[] edges = (size ?? usual).Split('x');
        return edges.Length == 2
            && int.TryParse(edges[0], NumberStyles.None, null, out int width) && width is >= 32 and <= MaxEdgePixels
            && int.TryParse(edges[1], NumberStyles.None, null, out int height) && height is >= 32 and <= MaxEdgePixels
            ? (width, height)
            : null;
    }

    private static IResult BadSize() => ControlEndpoints.Refuse("size", $"size must be WIDTHxHEIGHT, each 32 to {MaxEdgePixels}.");
}
