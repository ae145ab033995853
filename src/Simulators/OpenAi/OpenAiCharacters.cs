using System.Text.Json.Nodes;

namespace Reelay.Simulators.OpenAi;

/// <summary>OpenAI's characters: making them, reading them, and naming them in an order.</summary>
public sealed class OpenAiCharacters(SandboxCore sandbox, OpenAiDialect dialect)
{
    private const int MaxPerOrder = 2;
    private const int MaxNameCharacters = 80;
    private const double MinSeconds = 2;
    private const double MaxSeconds = 4;
    private const int MinShortSide = 720;
    private const int MaxShortSide = 1080;

    // A frame more or less does not make a clip of four seconds a longer one, nor a side of even pixels another ratio.
    private const double Tolerance = 0.05;

    /// <summary>Makes a character out of a form.</summary>
    public SimulatedResponse Create(OrderBody? body, BodyProblem problem, string? account)
    {
        if (body is null)
            return dialect.Unreadable(problem);
        if (!body.IsForm)
            return dialect.Unreadable(BodyProblem.UnknownType);
        if ((OpenAiChecks.Names(body, ["name", "video"], "video") ?? OpenAiChecks.Text(body, "name", MaxNameCharacters)) is { } refusal)
            return refusal;
        if (!body.Files.TryGetValue("video", out ReadOnlyMemory<byte> file))
            return body.Fields.ContainsKey("video") ? OpenAiChecks.WrongType("video", "a file", "a string") : OpenAiChecks.Missing("video");
        if (CheckClip(file.Span) is { } fault)
            return OpenAiErrors.Invalid($"Invalid 'video': {fault}", "video", "invalid_video");

        string id = $"char_{sandbox.Random.Hex(16)}";
        JsonObject character = new()
        {
            ["id"] = id,
            ["name"] = body.Text("name"),
            ["created_at"] = sandbox.Time.GetUtcNow().ToUnixTimeSeconds(),
        };
        sandbox.Store.SaveNote(Key(id, account), JsonText.Of(character));
        return SimulatedResponse.Json(200, character);
    }

    /// <summary>Answers a read.</summary>
    public SimulatedResponse Retrieve(string id, string? account) => Find(id, account) is { } character
        ? SimulatedResponse.Json(200, character)
        : OpenAiErrors.Envelope(404, $"Character with id '{id}' not found.", "invalid_request_error", "character_id", "not_found");

    /// <summary>Checks the characters of a create call.</summary>
    public SimulatedResponse? Check(OrderBody body, string? account)
    {
        const string name = "characters";
        if (!body.Fields.TryGetPropertyValue(name, out JsonNode? node))
            return null;
        if (node is not JsonArray list)
            return OpenAiChecks.WrongType(name, "an array", OpenAiChecks.Kind(node));
        if (list.Count > MaxPerOrder)
            return OpenAiErrors.Invalid($"Invalid '{name}': at most {MaxPerOrder} are allowed.", name, "array_above_max_length");
        foreach (JsonNode? item in list)
        {
            if (item is not JsonObject { Count: 1 } reference || reference["id"] is not JsonValue value || !value.TryGetValue(out string? id))
                return OpenAiErrors.Invalid($"Invalid '{name}': each must hold an 'id' and nothing else.", name, "invalid_value");
            if (Find(id, account) is not { } character)
                return OpenAiErrors.Invalid($"Character with id '{id}' not found.", name, "character_not_found");
            if (!body.Text("prompt")!.Contains((string)character["name"]!, StringComparison.Ordinal))
                return OpenAiErrors.Invalid($"The prompt must contain the name '{character["name"]}'.", "prompt", "character_not_in_prompt");
        }

        return null;
    }

    private JsonObject? Find(string id, string? account) =>
        sandbox.Store.FindNote(Key(id, account)) is { } text ? JsonNode.Parse(text)!.AsObject() : null;

    private string Key(string id, string? account) => $"{dialect.Id}/characters/{account}/{id}";

    private static string? CheckClip(ReadOnlySpan<byte> file)
    {
        if (Mp4Header.Read(file) is not { } clip)
            return "the file is no MP4 video that can be read.";
        if (clip.Seconds is < MinSeconds - Tolerance or > MaxSeconds + Tolerance)
            return $"the clip must have {MinSeconds} to {MaxSeconds} seconds, but has {clip.Seconds:0.##}.";
        (int shortSide, int longSide) = clip.WidthPixels < clip.HeightPixels
            ? (clip.WidthPixels, clip.HeightPixels)
            : (clip.HeightPixels, clip.WidthPixels);
        if (Math.Abs(((double)longSide / shortSide) - (16.0 / 9)) > Tolerance)
            return "the clip must have the ratio 16:9 or 9:16.";
        return shortSide is < MinShortSide or > MaxShortSide ? "the clip must have 720p to 1080p." : null;
    }
}
