namespace Reelay.Server.Api.Dialects;

/// <summary>How a key's answers differ from OpenAI's. Freely combined; their words are the names in snake case.</summary>
[Flags]
public enum Dialect
{
    /// <summary>OpenAI's own way.</summary>
    None = 0,

    /// <summary>The status <c>queued</c> is called <c>pending</c>.</summary>
    Pending = 1,

    /// <summary>Error bodies carry <c>code</c> and <c>message</c> at top level too.</summary>
    FlatErrors = 2,

    /// <summary>All thirteen keys of OpenAI's video are always there, null when unset.</summary>
    Nulls = 4,
}
