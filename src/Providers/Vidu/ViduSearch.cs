using System.Globalization;
using System.Text.Json;

namespace Reelay.Providers.Vidu;

/// <summary>Looks through an account's list for the payload of a submission whose answer was lost.</summary>
internal static class ViduSearch
{
    private const int MaxPages = 10;

    // The list is cut by Vidu's clock, and nothing is lost by looking wider: the payload alone decides.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(10);

    /// <summary>The task with our payload; nothing only where the channel trusts that, and every row could be told from ours.</summary>
    /// <exception cref="ProviderException">The list could not be read, or it proves nothing.</exception>
    public static async Task<IReadOnlyList<FoundSubmission>> FindAsync(
        ProviderAccount account, ViduOptions options, SubmissionQuery query, CancellationToken cancellationToken)
    {
        string? pageToken = null;
        var mayBeHidden = false;
        for (var page = 0; page < MaxPages; page++)
        {
            var (rows, next) = await ReadPageAsync(account, query, page, pageToken, cancellationToken);
            if (rows.Find(row => row.Payload == query.AttemptToken && ViduAnswers.IsId(row.Id)) is { } found)
                return [new(found.Id!, ViduAnswers.Reference(found.Id!), CreatedAt(found) ?? query.SentFrom, IsMatch: true)];
            mayBeHidden |= rows.Exists(row => row.Payload is null && (row.Prompt is null || row.Prompt == query.Request.Prompt));
            if (rows.Count == 0 || (next is null && rows.Count < ViduRequests.PageRows))
            {
                return options.TrustAbsence && !mayBeHidden ? [] : throw Unproved(mayBeHidden
                    ? "a task in the list may be this one, but shows no payload"
                    : "no task in the list has our payload, which proves nothing while trust_absence is off");
            }

            pageToken = next;
        }

        throw Unproved($"the first {MaxPages} pages of the list do not hold our payload, and there are more");
    }

    private static async Task<(List<ViduTask> Rows, string? Next)> ReadPageAsync(
        ProviderAccount account, SubmissionQuery query, int page, string? pageToken, CancellationToken cancellationToken)
    {
        using var request = ViduRequests.List(account, query.SentFrom - Margin, query.SentUntil + Margin, page, pageToken);
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        if (!answer.IsSuccess)
            throw ViduErrors.Table.OfRead(answer, ViduErrors.Read(answer));
        if (answer.Json is not { } list || list.Member("tasks").ValueKind != JsonValueKind.Array)
            throw answer.Exception(ProviderErrorKind.Unavailable, "the list of tasks is not one");

        // A row that cannot be read could be ours, so it stays as one that shows nothing.
        return ([.. list.Member("tasks").Items().Select(row => ViduAnswers.Read(row) ?? new ViduTask())], list.Member("next_page_token").AsText());
    }

    private static DateTimeOffset? CreatedAt(ViduTask task) =>
        DateTimeOffset.TryParse(task.CreatedAt, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment : null;

    private static ProviderException Unproved(string reason) => new(ProviderErrorKind.Unavailable, reason);
}
