using System.Text.Json;

namespace Reelay.Providers.OpenAi;

/// <summary>What a job is remembered by, and how this provider reads its state.</summary>
internal static class OpenAiAnswers
{
    /// <summary>What the answer to a create says.</summary>
    /// <exception cref="ProviderException">It is no acceptance.</exception>
    public static Submission.Accepted Accepted(UpstreamAnswer answer)
    {
        var id = VideosAnswers.AcceptedId(answer, answer.Json, OpenAiErrors.Table);
        return new(id, Reference(id));
    }

    /// <summary>How a job's state is read.</summary>
    public static VideosReading Reading(ProviderAccount account, OpenAiOptions options, string id) => new(OpenAiErrors.Table)
    {
        NotFoundConfirmations = options.Poll404Confirmations,
        Outputs = new VideosOutputs(account, id, OpenAiErrors.Table, request => OpenAiRequests.Authorized(request, account, options))
        {
            IndexQuery = options.ContentIndexQuery,
        }.Of,
        OutputReference = video => Output(id, video, options),
    };

    /// <summary>What is stored to poll a job with.</summary>
    public static JsonElement Reference(string id) => JsonSerializer.SerializeToElement(new(id), OpenAiJson.Strict.OpenAiReference);

    /// <summary>The id in a stored reference.</summary>
    public static string IdOf(JsonElement reference) =>
        reference.Member("id").AsText() ?? throw new ArgumentException("The reference has no id.", nameof(reference));

    /// <summary>The id of the video an order works on.</summary>
    public static string IdOf(SourceReference source) => source.OutputReference.Member("id").AsText() ?? source.UpstreamId;

    /// <summary>Length of the video an order works on, or null where the upstream did not say it.</summary>
    public static decimal? SecondsOf(SourceReference source) => source.OutputReference.Member("seconds").AsNumber();

    // Only for servers where a later order can name it. The length tells edits and extensions apart when one has to be looked for.
    private static JsonElement? Output(string id, VideosJob video, OpenAiOptions options) => options.HasEdits || options.HasExtensions
        ? JsonSerializer.SerializeToElement(new(id, video.Seconds ?? video.Duration), OpenAiJson.Strict.OpenAiSource)
        : null;
}
