using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Reelay.Providers.Xai;

/// <summary>Reads the answer to an order of pictures, which holds them or their links.</summary>
internal static class XaiPictures
{
    /// <summary>Largest answer in bytes: ten pictures inside it.</summary>
    public const int MaxBytes = 128 * 1024 * 1024;

    /// <summary>The pictures, as many as were ordered at most. One that moderation refused is left out.</summary>
    /// <exception cref="ProviderException">There is none, or the answer is not understood.</exception>
    public static Submission.Finished Read(UpstreamAnswer answer, int count, XaiOptions options)
    {
        var items = (answer.Json ?? default).Member("data").Items().ToList();
        var outputs = items.Select(OutputOf).OfType<ProviderOutput>().Take(count).ToList();
        if (outputs.Count > 0)
            return new(InOrder(outputs), () => XaiAnswers.CostOf((answer.Json ?? default).Member("usage")) is { } micros ? new Usage(CostMicros: micros) : null);
        if (!items.Exists(IsRefused))
            throw answer.Exception(ProviderErrorKind.OutcomeUnknown, "an answer without any picture");
        var charge = XaiAnswers.ChargeOf(answer.Json!.Value.Member("usage"), options.ChargeModerated);
        throw answer.Exception(ProviderErrorKind.ContentRejected, "the pictures were made and then refused by moderation", charge: charge);
    }

    private static bool IsRefused(JsonElement item) => item.Member("respect_moderation").ValueKind == JsonValueKind.False;

    private static ProviderOutput? OutputOf(JsonElement item)
    {
        if (IsRefused(item))
            return null;
        var content = item.Member("b64_json");
        if (content.ValueKind == JsonValueKind.String && content.TryGetBytesFromBase64(out var bytes) && bytes.Length > 0)
            return new ProviderOutput.Inline(new MemoryStream(bytes, writable: false));
        return Uri.TryCreate(item.Member("url").AsText(), UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
                ? new ProviderOutput.AtUrl(new(url))
                : null;
    }

    private static async IAsyncEnumerable<ProviderOutput> InOrder(
        List<ProviderOutput> outputs, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var output in outputs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return output;
        }

        await Task.CompletedTask;
    }
}
