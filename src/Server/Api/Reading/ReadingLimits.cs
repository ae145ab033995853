namespace Reelay.Server.Api.Reading;

/// <summary>Bounds on a request body. All are refusals of the caller, never of the server.</summary>
public sealed record ReadingLimits
{
    /// <summary>The bounds of the public contract.</summary>
    public static ReadingLimits Default { get; } = new();

    /// <summary>Largest JSON or urlencoded body in bytes.</summary>
    public long MaxJsonBytes { get; init; } = 64L << 20;

    /// <summary>Largest multipart body in bytes, files included.</summary>
    public long MaxMultipartBytes { get; init; } = 256L << 20;

    /// <summary>Largest text field of a form in bytes.</summary>
    public long MaxTextFieldBytes { get; init; } = 64L << 20;

    /// <summary>Most fields of a body or members of one object.</summary>
    public int MaxFieldCount { get; init; } = 1_000;

    /// <summary>Deepest nesting of JSON and of bracketed form names.</summary>
    public int MaxDepth { get; init; } = 32;

    /// <summary>Most JSON tokens of one body: a body of nothing but commas would otherwise take many times its size in memory.</summary>
    public int MaxTokenCount { get; init; } = 100_000;
}
