using System.Text.Json;

namespace Reelay.Providers.Hailuo;

/// <summary>Which of MiniMax's two protocols a model speaks, and what both call a task.</summary>
internal static class HailuoProtocols
{
    public const string Auto = "auto";

    /// <summary><c>/v1/video_generation</c>: three calls to a result, errors under status 200.</summary>
    public const string First = "v1";

    /// <summary><c>/v2/video_generation</c>: MiniMax-H3, real statuses, the link in the task.</summary>
    public const string Second = "v2";

    private const int MaxIdLength = 256;
    private const string SecondPrefix = "MiniMax-H";

    /// <summary>The protocol of a model: MiniMax-H3 and whatever has a number there speak the second, MiniMax-Hailuo-… the first.</summary>
    public static string Of(string model, HailuoOptions options) => options.Protocol is not Auto ? options.Protocol
        : model.StartsWith(SecondPrefix, StringComparison.OrdinalIgnoreCase) && model.Length > SecondPrefix.Length
            && char.IsAsciiDigit(model[SecondPrefix.Length]) ? Second : First;

    /// <summary>Whether a text can be the id of a task.</summary>
    public static bool IsId(string? id) => id is { Length: > 0 and <= MaxIdLength } && id is not ("." or "..") && id.All(letter => letter is > ' ' and <= '~');

    /// <summary>What is stored to poll a task with.</summary>
    public static JsonElement Reference(string protocol, string id) =>
        JsonSerializer.SerializeToElement(new(id, protocol), HailuoJson.Default.HailuoReference);

    /// <summary>The same where the channel's options are not known.</summary>
    public static JsonElement ReferenceByModel(string model, string id) =>
        JsonSerializer.SerializeToElement(new(id, Model: model), HailuoJson.Default.HailuoReference);

    /// <summary>Reads what was stored, with the protocol it is polled by.</summary>
    public static HailuoReference Read(JsonElement reference, HailuoOptions options)
    {
        var task = reference.Deserialize(HailuoJson.Default.HailuoReference)
            ?? throw new ArgumentException("The reference names no task.", nameof(reference));
        return task.Protocol is null ? task with { Protocol = Of(task.Model ?? "", options) } : task;
    }
}
