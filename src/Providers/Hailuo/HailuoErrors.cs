using System.Text.RegularExpressions;

namespace Reelay.Providers.Hailuo;

/// <summary>
/// Reads both error bodies, <c>base_resp</c> (under status 200) and <c>{"type":"error","error":{…}}</c>, and says what they mean. Sources: the
/// README.
/// </summary>
internal static partial class HailuoErrors
{
    private const string BaseResp = "base_resp";
    private const string Envelope = "error";

    // The code decides, and the first protocol has it under 200; the other statuses are the second protocol's. Another is somebody else's answer.
    private static readonly int[] _refusals = [200, 400, 401, 402, 403, 422, 429];
    private static readonly string[] _inner = ["1000", "1013", "1024", "1033", "2064"];

    private static readonly ErrorRow[] _rows =
    [
        new(ErrorUse.NotAccepted, ProviderErrorKind.RateLimited) { Statuses = _refusals, Codes = ["1002", "1039", "1041", "2045"] },
        new(ErrorUse.NotAccepted | ErrorUse.Read, ProviderErrorKind.Unauthorized) { Statuses = _refusals, Codes = ["1004", "2049", "2038"] },

        // A plan that lacks the model or is used up is a matter of money: other channels may have it.
        new(ErrorUse.NotAccepted, ProviderErrorKind.AccountEmpty) { Statuses = _refusals, Codes = ["1008", "1028", "1030", "2056", "2061"] },
        new(ErrorUse.NotAccepted | ErrorUse.Job, ProviderErrorKind.ContentRejected) { Statuses = _refusals, Codes = ["1026", "1027"] },
        new(ErrorUse.NotAccepted | ErrorUse.Job, ProviderErrorKind.InvalidRequest) { Statuses = _refusals, Codes = ["1042", "2013"] },

        new(ErrorUse.NotAccepted, ProviderErrorKind.InvalidRequest) { Statuses = [400], Types = ["bad_request_error"] },
        new(ErrorUse.NotAccepted | ErrorUse.Read, ProviderErrorKind.Unauthorized) { Statuses = [401], Types = ["authorized_error"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.AccountEmpty) { Statuses = [402], Types = ["insufficient_balance_error"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.InvalidRequest) { Statuses = [422], Types = ["unprocessable_entity_error"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.RateLimited) { Statuses = [429], Types = ["rate_limit_error"] },
        new(ErrorUse.NotAccepted, ProviderErrorKind.Overloaded) { Statuses = [529], Types = ["overloaded_error"] },

        // A read has no parameter but the task's id.
        new(ErrorUse.Read, ProviderErrorKind.NotFound) { Statuses = [200, 400, 404], Codes = ["2013"], Types = ["bad_request_error"] },
    ];

    private static readonly ErrorTable _table = new(_rows);
    private static readonly ErrorTable _trusting =
        new([.. _rows, new(ErrorUse.NotAccepted, ProviderErrorKind.Overloaded) { Statuses = [200], Codes = _inner, Shapes = [BaseResp] }]);

    /// <summary>The first row that matches decides.</summary>
    public static ErrorTable Of(HailuoOptions options) => options.TrustInnerErrors ? _trusting : _table;

    /// <summary>Whether an answer is what was asked for: a 2xx whose code, if it has one, is 0.</summary>
    public static bool IsOk(UpstreamAnswer answer) => answer.IsSuccess && CodeOf(HailuoAnswers.Read(answer)) is null or "0";

    /// <summary>The code of an answer's <c>base_resp</c>, or null.</summary>
    public static string? CodeOf(HailuoAnswer? answer) => answer?.BaseResp.Member("status_code").AsText();

    /// <summary>What an answer's body says; null if it is no error of MiniMax's.</summary>
    public static UpstreamError? Read(UpstreamAnswer answer)
    {
        // With the id of a task beside it, a code refuses nothing.
        var body = HailuoAnswers.Read(answer);
        if (CodeOf(body) is { } code)
            return code == "0" || body!.TaskId is not null ? null : new(answer.StatusCode, code, null, Words(body), BaseResp);
        var error = (answer.Json ?? default).Member("error");
        if (error.Member("type").AsText() is not { } type)
            return null;
        var message = error.Member("message").AsText() ?? "";
        return new(answer.StatusCode, Coded().Match(message) is { Success: true } match ? match.Groups[1].Value : null, type, message, Envelope);
    }

    /// <summary>Why a task failed, by either protocol's code and words.</summary>
    public static UpstreamError OfTask(string? code, string message) =>
        new(0, Coded().Match(message) is { Success: true } match ? match.Groups[1].Value : code, null, message, BaseResp);

    /// <summary>The exception for the answer to a read.</summary>
    public static ProviderException OfRead(UpstreamAnswer answer, HailuoOptions options)
    {
        var exception = _table.OfRead(answer, ReadAny(answer));
        return exception.Kind == ProviderErrorKind.NotFound
            ? answer.Exception(exception.Kind, exception.Message, options.Poll404Confirmations)
            : exception;
    }

    /// <summary>The words beside a code.</summary>
    public static string Words(HailuoAnswer? answer) => answer?.BaseResp.Member("status_msg").AsText() ?? "";

    // An answer to a read names its task also where it could not be read.
    private static UpstreamError? ReadAny(UpstreamAnswer answer) => HailuoAnswers.Read(answer) is { } body && CodeOf(body) is { } code and not "0"
        ? new(answer.StatusCode, code, null, Words(body), BaseResp)
        : Read(answer);

    [GeneratedRegex(@"\((\d{4})\)\s*$")]
    private static partial Regex Coded();
}
