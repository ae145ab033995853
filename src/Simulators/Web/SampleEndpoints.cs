using System.Globalization;

namespace Reelay.Simulators;

/// <summary>Media for demos, made on demand.</summary>
internal static class SampleEndpoints
{
    private const int MaxEdgePixels = 4096;

    /// <summary>Maps <c>/_sandbox/samples/{name}</c>: <c>picture.png</c> and <c>clip.mp4</c>.</summary>
    public static void MapSamples(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/_sandbox/samples/picture.png", (string? size) => ReadSize(size, "1280x720") is var (width, height)
            ? Results.Bytes(PngImage.Gradient(width, height), "image/png")
            : BadSize());
        routes.MapGet("/_sandbox/samples/clip.mp4", ClipAsync);
        routes.MapGet("/_sandbox/samples/{name}", (string name) =>
            ControlEndpoints.Refuse("name", $"there is no sample {name}; there are: picture.png, clip.mp4."));
    }

    private static async Task ClipAsync(HttpContext context, SandboxCore sandbox, string? size)
    {
        if (ReadSize(size, "640x360") is not var (width, height))
        {
            await BadSize().ExecuteAsync(context);
            return;
        }

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
