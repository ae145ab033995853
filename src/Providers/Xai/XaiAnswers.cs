using System.Text.Json;
using System.Text.RegularExpressions;

namespace Reelay.Providers.Xai;

/// <summary>Reads answers about videos; lenient: only what is used is looked at.</summary>
internal static partial class XaiAnswers
{
    private const decimal TicksOfAMicroDollar = 10_000;

    /// <summary>The handle that an answer to an order names; null if it names none.</summary>
    public static string? IdOf(UpstreamAnswer answer) => Read(answer, XaiJson.Default.XaiAccepted) is { RequestId: { } id } && IsId(id) ? id : null;

    /// <summary>Whether a text can be a handle; it becomes part of an address.</summary>
    public static bool IsId(string id) => Id().IsMatch(id);

    /// <summary>What is stored to poll an order with.</summary>
    public static JsonElement Reference(string id) => JsonSerializer.SerializeToElement(new(id), XaiJson.Default.XaiReference);

    /// <summary>What an answer of success to a poll says. While the video is made it is 202, maybe without a body.</summary>
    public static PollResult Polled(UpstreamAnswer answer, XaiOptions options)
    {
        var isPending = answer.StatusCode == 202;
        if (isPending && answer.Body.Span.Trim(" \t\r\n"u8).IsEmpty)
            return new PollResult.Running(HasStarted: true, PollAfter: answer.PollAfter);
        if (Read(answer, XaiJson.Default.XaiState) is not { } told)
            return Unreadable(answer, "no state of a video");
        return told.Status switch
        {
            "pending" or "processing" => Running(answer, told),
            "done" or "completed" => Done(answer, told, options),
            "failed" => Failed(answer, told, options),
            "expired" => new PollResult.Failed(ProviderErrorKind.Expired, "the order expired at the upstream", ChargeOf(told.Usage, usually: false), CostOf(told.Usage)),
            null when LinkOf(told.Video) is not null => Done(answer, told, options),
            null when isPending => Running(answer, told),
            var word => Unreadable(answer, $"unknown status '{word}'"),
        };
    }

    /// <summary>What a refused poll says of the video itself; null if it says nothing of it.</summary>
    /// <remarks>A 400 is the verdict of moderation, or an order that was wrong and taken all the same.</remarks>
    public static PollResult.Failed? Ended(UpstreamAnswer answer, UpstreamError? error, XaiOptions options)
    {
        if (answer.StatusCode != 400 || error is null)
            return null;
        var usage = (answer.Json ?? default).Member("usage");
        if (error.Type == XaiErrors.Moderation)
            return new(ProviderErrorKind.ContentRejected, answer.Clean(error.Message), ChargeOf(usage, options.ChargeModerated), CostOf(usage));
        return XaiErrors.IsInvalidArgument(error)
            ? new(ProviderErrorKind.InvalidRequest, answer.Clean(error.Message), ChargeOf(usage, usually: false), CostOf(usage))
            : null;
    }

    /// <summary>Whether an answer's cost says that it is charged. 10,000,000,000 ticks are a dollar.</summary>
    /// <param name="usage">The member <c>usage</c>.</param>
    /// <param name="usually">What holds where no cost is reported.</param>
    public static FailureCharge ChargeOf(JsonElement usage, bool usually) =>
        (usage.Member("cost_in_usd_ticks").AsNumber() is { } ticks ? ticks > 0 : usually) ? FailureCharge.Full : FailureCharge.None;

    /// <summary>A reported cost in micro-dollars, rounded up; null where none is told.</summary>
    public static long? CostOf(JsonElement usage) =>
        usage.Member("cost_in_usd_ticks").AsNumber() is >= 0 and <= long.MaxValue and var ticks ? (long)decimal.Ceiling(ticks / TicksOfAMicroDollar) : null;

    private static PollResult.Running Running(UpstreamAnswer answer, XaiState told)
    {
        var progress = told.Progress is { } percent ? (double?)Math.Clamp(percent, 0, 99) : null;
        return new(HasStarted: progress is null or > 1, progress, answer.PollAfter);
    }

    private static PollResult Done(UpstreamAnswer answer, XaiState told, XaiOptions options)
    {
        if (told.Video.Member("respect_moderation").ValueKind == JsonValueKind.False)
        {
            return new PollResult.Failed(
                ProviderErrorKind.ContentRejected, "the video was made and then refused by moderation", ChargeOf(told.Usage, options.ChargeModerated), CostOf(told.Usage));
        }

        return LinkOf(told.Video) is { } link
            ? new PollResult.Succeeded([new ProviderOutput.AtUrl(new(link))], new Usage(told.Video.Member("duration").AsNumber(), CostMicros: CostOf(told.Usage)))
            : Unreadable(answer, "a finished video without a link");
    }

    private static PollResult.Failed Failed(UpstreamAnswer answer, XaiState told, XaiOptions options)
    {
        var error = XaiErrors.Read(answer.Json!.Value, statusCode: 0);
        var kind = XaiErrors.Table.OfJob(error);
        var words = error is null ? "the video failed without a reason" : error.Message;
        return new(kind, answer.Clean(words), ChargeOf(told.Usage, kind == ProviderErrorKind.ContentRejected && options.ChargeModerated), CostOf(told.Usage));
    }

    // With a store of one's own at xAI the link may stand in the file alone.
    private static Uri? LinkOf(JsonElement video) =>
        Uri.TryCreate(video.Member("url").AsText() ?? video.Member("file_output").Member("public_url").AsText(), UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
            ? url
            : null;

    private static PollResult.Unreadable Unreadable(UpstreamAnswer answer, string what) =>
        new(answer.Clean($"HTTP {answer.StatusCode}: {what}: {answer.RawText}"));

    private static T? Read<T>(UpstreamAnswer answer, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return answer.Json is { ValueKind: JsonValueKind.Object } body ? body.Deserialize(type) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,128}$")]
    private static partial Regex Id();
}
