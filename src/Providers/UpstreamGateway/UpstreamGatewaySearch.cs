using System.Text.Json;

namespace Reelay.Providers.UpstreamGateway;

/// <summary>Looks for a submission in a gateway's list by our token, which the gateway keeps as the caller's own id.</summary>
internal static class UpstreamGatewaySearch
{
    /// <summary>What a Reelay calls a caller's own id, in orders, tasks and the query of its list.</summary>
    public const string TokenField = "external_task_id";

    // There can be one; a second row would be worth knowing of.
    private const int MaxRows = 10;

    /// <summary>The tasks that were ordered under a token. None means that there is none: a list that does not look at the token says so.</summary>
    /// <exception cref="ProviderException">The list could not be read, or proves nothing.</exception>
    public static async Task<IReadOnlyList<FoundSubmission>> FindAsync(ProviderAccount account, string token, CancellationToken cancellationToken)
    {
        using var request = UpstreamGatewayRequests.New(
            HttpMethod.Get, account, $"videos?{TokenField}={Uri.EscapeDataString(token)}&limit={MaxRows}");
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        if (!answer.IsSuccess)
        {
            // A list that is hidden from this key answers as if there were no such route; that says nothing of the order.
            var refused = UpstreamGatewayErrors.Table.OfRead(answer, VideosErrors.Read(answer));
            throw refused.Kind == ProviderErrorKind.NotFound ? answer.Exception(ProviderErrorKind.Unavailable, "this gateway shows no list") : refused;
        }

        if (answer.Json is not { } list || list.Member("data").ValueKind != JsonValueKind.Array)
            throw answer.Exception(ProviderErrorKind.Unavailable, "the list of videos is not one");

        var rows = list.Member("data").Items().Select(row => VideosJob.Of(row)).OfType<VideosJob>().ToList();
        if (rows.Any(row => row.ExternalTaskId != token))
            throw answer.Exception(ProviderErrorKind.Unavailable, $"the list does not look at {TokenField}, so it proves nothing");
        return
        [
            .. from row in rows
               let id = VideosAnswers.Id(row)
               let created = LenientJson.AsUnixTime(row.CreatedAt)
               where id is not null && created is not null
               select new FoundSubmission(id, UpstreamGatewayAnswers.Reference(id), created.Value, IsMatch: true),
        ];
    }
}
