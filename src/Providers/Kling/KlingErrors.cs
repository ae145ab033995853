using System.Text.Json;

namespace Reelay.Providers.Kling;

/// <summary>Reads Kling's one error body, <c>{code, message, request_id}</c>, and says what its codes mean. Sources: the README.</summary>
internal static class KlingErrors
{
    private const string Body = "body";

    // The code decides: five of the eight codes under 429 are final, and a code may come under 200. A status outside the documented ones
    // is somebody else's answer.
    private static readonly int[] Refusals = [200, 400, 401, 403, 404, 429];

    /// <summary>The first row that matches decides.</summary>
    public static readonly ErrorTable Table = new(
        new(ErrorUse.NotAccepted, ProviderErrorKind.RateLimited) { Statuses = Refusals, Codes = ["1302", "1303"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.AccountEmpty) { Statuses = Refusals, Codes = ["1101", "1102"] },
        new(ErrorUse.NotAccepted | ErrorUse.Read, ProviderErrorKind.Unauthorized)
        {
            Statuses = Refusals, Codes = ["1000", "1001", "1002", "1003", "1004", "1100", "1103", "1304"],
        },
        new(ErrorUse.NotAccepted, ProviderErrorKind.ContentRejected) { Statuses = Refusals, Codes = ["1300", "1301"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.InvalidRequest) { Statuses = Refusals, Codes = ["1200", "1201", "1202", "1203"] },
        new(ErrorUse.Read, ProviderErrorKind.NotFound) { Statuses = Refusals, Codes = ["1203"] },

        // A service under maintenance says that it takes nothing. 5000 and 5002 come out of the middle of the work: they stay unknown.
        new(ErrorUse.NotAccepted, ProviderErrorKind.Overloaded) { Statuses = [503], Codes = ["5001"] },

        // A failed task has no code, only words, and the set of them is open.
        new(ErrorUse.Job, ProviderErrorKind.ContentRejected) { MessageContains = "risk" },
        new(ErrorUse.Job, ProviderErrorKind.ContentRejected) { MessageContains = "sensitive" },
        new(ErrorUse.Job, ProviderErrorKind.ContentRejected) { MessageContains = "content policy" },
        new(ErrorUse.Job, ProviderErrorKind.InvalidRequest) { MessageContains = "input image is invalid" });

    /// <summary>Whether an answer is what was asked for: a 2xx whose code, if it has one, is 0.</summary>
    public static bool IsOk(UpstreamAnswer answer) => answer.IsSuccess && CodeOf(answer) is null or "0";

    /// <summary>What an answer's body says; null if it is no error of Kling's.</summary>
    public static UpstreamError? Read(UpstreamAnswer answer)
    {
        // With the id of a task beside it, a code refuses nothing.
        if (CodeOf(answer) is not { } code || code == "0" || KlingAnswers.OfAnswer(answer.Json) is { TaskId: not null } or { Id: not null })
            return null;
        return new(answer.StatusCode, code, null, answer.Json!.Value.Member("message").AsText() ?? "", Body);
    }

    /// <summary>The words of a failed task.</summary>
    public static UpstreamError OfTask(string words) => new(0, null, null, words, Body);

    private static string? CodeOf(UpstreamAnswer answer) =>
        answer.Json is { ValueKind: JsonValueKind.Object } body ? body.Member("code").AsText() : null;
}
