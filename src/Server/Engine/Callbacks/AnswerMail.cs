using System.Text.Json;
using System.Text.Json.Serialization;
using Reelay.Providers;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine.Callbacks;

/// <summary>
/// What came of a submission, told to the task's new owner by the node that made the call: exactly one of accepted, finished and refused. The
/// body of a row of kind <c>answer</c>.
/// </summary>
internal sealed record AnswerMail
{
    /// <summary>Accepted: the upstream's id.</summary>
    public string? UpstreamId { get; init; }

    /// <summary>Accepted: what to poll with, as JSON.</summary>
    public string? ReferenceJson { get; init; }

    /// <summary>Finished: the results, which are stored.</summary>
    public IReadOnlyList<TaskAsset>? Assets { get; init; }

    /// <summary>Finished: what the upstream says it used, or null.</summary>
    public Usage? Usage { get; init; }

    /// <summary>Refused, not sent, or nobody knows.</summary>
    public ProviderErrorKind? ErrorKind { get; init; }

    /// <summary>The upstream's words or the transport's.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>The upstream's body, bounded, or null.</summary>
    public string? ErrorRaw { get; init; }

    /// <summary>Whether what was refused is charged.</summary>
    public FailureCharge Charge { get; init; }

    /// <summary>The failure as it was.</summary>
    public static AnswerMail Of(ProviderException exception) => new()
    {
        ErrorKind = exception.Kind, ErrorMessage = exception.Message, ErrorRaw = exception.RawBody, Charge = exception.Charge,
    };

    /// <summary>Reads it out of its row; null if the row is none of ours.</summary>
    public static AnswerMail? Of(InboxRow row)
    {
        try
        {
            return JsonSerializer.Deserialize(row.Body, AnswerMailJson.Default.AnswerMail);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The row that keeps it: one for each attempt.</summary>
    public InboxRow ToRow(string taskId, int attempt, long now) =>
        new(taskId, attempt, InboxRow.Answer, InboxRow.Answer, JsonSerializer.Serialize(this, AnswerMailJson.Default.AnswerMail), now);

    /// <summary>The failure again, or null if it is none.</summary>
    public ProviderException? ToException() =>
        ErrorKind is { } kind ? new ProviderException(kind, ErrorMessage ?? "") { RawBody = ErrorRaw, Charge = Charge } : null;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(AnswerMail))]
internal sealed partial class AnswerMailJson : JsonSerializerContext;
