using System.Globalization;
using System.Text.Json.Nodes;

namespace Reelay.Simulators.OpenAi;

/// <summary>What the self-hosted servers have in common: one process, one family of models, sizes and lengths by number.</summary>
public abstract class SelfHostedServer(SandboxCore sandbox) : OpenAiDialect(sandbox)
{
    private const int MinEdgePixels = 32;
    private const int MaxEdgePixels = 4096;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Credentials => Sandbox.Options.CredentialsOf(Id);

    /// <inheritdoc/>
    public override SimulatedResponse Refuse(string reason) => Error(reason == "quota" ? 429 : 400);

    /// <summary>Answers a field with a value it cannot take.</summary>
    protected abstract SimulatedResponse BadField(string name, string message);

    /// <summary>Reads a field that must be a number; forms and loose callers write it as a string.</summary>
    /// <returns>False if it is there and not a number within the bounds.</returns>
    protected static bool TryNumber(OrderBody body, string name, double min, double max, out double? number)
    {
        number = null;
        if (!body.Fields.TryGetPropertyValue(name, out JsonNode? node) || node is null)
            return true;
        if (!double.TryParse(node.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            || value < min || value > max)
            return false;
        number = value;
        return true;
    }

    /// <summary>Reads prompt, size, length and frame rate.</summary>
    protected OrderReading ReadOrder(OrderBody body, string model, double defaultSeconds)
    {
        if (body.Text("prompt") is not { Length: > 0 } prompt)
            return BadField("prompt", "Field required");
        if (!TryNumber(body, "seconds", 0.1, 60, out double? seconds))
            return BadField("seconds", "Input should be a number from 0.1 to 60");
        if (!TryNumber(body, "fps", 1, 120, out double? fps))
            return BadField("fps", "Input should be a number from 1 to 120");
        if (!TryNumber(body, "num_frames", 1, 7200, out double? frames))
            return BadField("num_frames", "Input should be a number from 1 to 7200");
        if (ReadSize(body) is not var (width, height))
            return BadField("size", $"Size must be WIDTHxHEIGHT, each {MinEdgePixels} to {MaxEdgePixels}");
        int rate = (int)(fps ?? 24);
        double length = frames is double count ? Math.Round(count / rate, 3) : seconds ?? defaultSeconds;
        return new OpenAiOrder(model, prompt, width, height, length, rate);
    }

    private static (int Width, int Height)? ReadSize(OrderBody body)
    {
        string? size = body.Text("size");
        if (size is null or "" or "auto")
        {
            return TryNumber(body, "width", MinEdgePixels, MaxEdgePixels, out double? wide)
                && TryNumber(body, "height", MinEdgePixels, MaxEdgePixels, out double? high)
                && wide is null == high is null
                ? ((int)(wide ?? 832), (int)(high ?? 480))
                : null;
        }

        string[] edges = size.Split('x');
        return edges.Length == 2 && int.TryParse(edges[0], NumberStyles.None, null, out int width)
            && int.TryParse(edges[1], NumberStyles.None, null, out int height)
            && width is >= MinEdgePixels and <= MaxEdgePixels && height is >= MinEdgePixels and <= MaxEdgePixels
            ? (width, height)
            : null;
    }
}

/// <summary>FastAPI's error bodies.</summary>
internal static class FastApi
{
    /// <summary>A plain error.</summary>
    public static SimulatedResponse Detail(int status, string detail) =>
        SimulatedResponse.Json(status, new JsonObject { ["detail"] = detail });

    /// <summary>A field that failed validation.</summary>
    public static SimulatedResponse Invalid(string where, string name, string message) => SimulatedResponse.Json(422, new JsonObject
    {
        ["detail"] = new JsonArray(new JsonObject
        {
            ["type"] = message == "Field required" ? "missing" : "value_error",
            ["loc"] = new JsonArray(where, name),
            ["msg"] = message,
            ["input"] = null,
        }),
    });
}
