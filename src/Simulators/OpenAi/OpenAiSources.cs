using System.Text.Json.Nodes;

namespace Reelay.Simulators.OpenAi;

/// <summary>What OpenAI's edits, extensions and remixes allow, and what they make of their source.</summary>
public sealed class OpenAiSources(SandboxCore sandbox, OpenAiDialect dialect)
{
    private const int MaxSeconds = 120;
    private const int MaxExtensions = 6;
    private const string RemixedFrom = "remixed_from_video_id";
    private const string Extensions = "extensions";

    /// <summary>What a job has to remember of its order, or null.</summary>
    public static JsonObject? DetailsOf(OpenAiOrder order) =>
        order.Source is { } source ? new() { [RemixedFrom] = source.Id, [Extensions] = source.ExtensionCount } : null;

    /// <summary>Id of the video a job was made from, or null.</summary>
    public static string? SourceIdOf(SimulatedJob job) => (string?)job.Details?[RemixedFrom];

    /// <summary>Checks a call and reads the order from it; the first mistake is the answer.</summary>
    public OrderReading Read(OrderCall call)
    {
        OrderBody body = call.Body;
        string[] fields = call.Kind switch
        {
            OrderKind.Edit => ["prompt", "video", "model"],
            OrderKind.Extend => ["prompt", "video", "model", "seconds"],
            _ => ["prompt"],
        };
        if ((OpenAiChecks.Names(body, fields, call.Kind == OrderKind.Remix ? null : "video")
            ?? OpenAiChecks.Texts(body, "prompt", "model", "seconds")
            ?? OpenAiChecks.Prompt(body)) is { } refusal)
            return refusal;
        OrderReading reading = call.SourceId is { } id ? OfId(id, call, null) : OfBody(call);
        return reading.Order is { } order && call.Kind == OrderKind.Extend ? Extend(order, body) : reading;
    }

    private OrderReading OfBody(OrderCall call)
    {
        const string name = "video";
        string? model = call.Body.Text("model");
        if (call.Body.Files.TryGetValue(name, out ReadOnlyMemory<byte> file))
            return OfFile(file, model, call);
        if (!call.Body.Fields.TryGetPropertyValue(name, out JsonNode? node))
            return OpenAiChecks.Missing(name);
        if (node is not JsonObject reference)
            return OpenAiChecks.WrongType(name, "an object or a file", OpenAiChecks.Kind(node));
        if (reference.FirstOrDefault(field => field.Key != "id").Key is { } unknown)
            return OpenAiErrors.Invalid($"Unknown parameter: '{name}.{unknown}'.", $"{name}.{unknown}", "unknown_parameter");
        return reference["id"] is JsonValue value && value.TryGetValue(out string? id) && id.Length > 0
            ? OfId(id, call, model)
            : OpenAiErrors.Invalid("Invalid 'video.id': expected the id of a video.", "video.id", "invalid_value");
    }

    private OrderReading OfId(string id, OrderCall call, string? model)
    {
        if (sandbox.Store.FindJob(dialect.Id, id) is not { DeletedAt: null } job || job.Credential != call.Account)
            return dialect.NotFound(id);
        if (sandbox.Read(job).State != JobState.Completed)
            return OpenAiErrors.Invalid($"Video '{id}' is not completed.", "video", "video_not_completed");

        // The model is the source's; another beside it would have no effect.
        if (model is not null && model != job.Model)
            return OpenAiErrors.Invalid($"The model of video '{id}' is '{job.Model}'.", "model", "invalid_value");
        ClipOrder clip = job.Clip;
        OpenAiSource source = new(id, (int?)job.Details?[Extensions] ?? 0);
        return new OpenAiOrder(job.Model, call.Body.Text("prompt")!, clip.WidthPixels, clip.HeightPixels, clip.Seconds, clip.Fps, source);
    }

    private static OrderReading OfFile(ReadOnlyMemory<byte> file, string? model, OrderCall call)
    {
        if (model is null)
            return OpenAiChecks.Missing("model");
        if (!OpenAiRules.Models.Contains(model))
            return OpenAiChecks.NoModel(model);
        return Mp4Header.Read(file.Span) is not { } video
            ? OpenAiErrors.Invalid("Invalid 'video': the file is no MP4 video that can be read.", "video", "invalid_video_format")
            : new OpenAiOrder(
                model, call.Body.Text("prompt")!, video.WidthPixels, video.HeightPixels, Math.Round(video.Seconds, 2), 24, new(null, 0));
    }

    private static OrderReading Extend(OpenAiOrder order, OrderBody body)
    {
        if (body.Text("seconds") is not { } seconds)
            return OpenAiChecks.Missing("seconds");
        if (!OpenAiRules.Seconds.Contains(seconds))
            return OpenAiChecks.NotAmong("seconds", seconds, OpenAiRules.Seconds);
        double total = order.Seconds + int.Parse(seconds);
        if (total > MaxSeconds)
            return OpenAiErrors.Invalid($"The extended video would have {total} seconds, more than {MaxSeconds}.", "seconds", "invalid_value");
        OpenAiSource source = order.Source!;
        return source.ExtensionCount == MaxExtensions
            ? OpenAiErrors.Invalid($"A video can be extended {MaxExtensions} times.", "video", "invalid_value")
            : order with { Seconds = total, Source = source with { ExtensionCount = source.ExtensionCount + 1 } };
    }
}

/// <summary>What an order works on.</summary>
/// <param name="Id">Id of the video, or null for an uploaded file.</param>
/// <param name="ExtensionCount">How often it has been extended, this order included.</param>
public sealed record OpenAiSource(string? Id, int ExtensionCount);
