namespace Reelay.Server.Api;

/// <summary>
/// Which fields of an administrative request's body may stand in the audit log with their values. Every other field that was sent is logged
/// by its name alone, so that a secret in a field nobody thought of is never written.
/// </summary>
/// <param name="Names">Names at the top level of the body.</param>
internal sealed record AuditedFields(params string[] Names);
