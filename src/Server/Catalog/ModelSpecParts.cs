using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reelay.Server.Catalog;

/// <summary>One upstream model that may serve a public one; in files either its id alone or an object.</summary>
[JsonConverter(typeof(UpstreamEntryConverter))]
public sealed record UpstreamEntry
{
    /// <summary>The upstream model, as <c>provider:model</c>.</summary>
    public required string Model { get; init; }

    /// <summary>The public model's modes it serves; null for all it can do.</summary>
    public IReadOnlyList<string>? Modes { get; init; }

    /// <summary>An entry for all modes.</summary>
    public static implicit operator UpstreamEntry(string model) => new() { Model = model };
}

/// <summary>What a mode needs and what else it takes.</summary>
public sealed record ModeSpec
{
    /// <summary><c>prompt</c> and roles of input files in snake case.</summary>
    public required IReadOnlyList<string> Requires { get; init; }

    /// <summary>Roles it takes beside those it needs; null for none.</summary>
    public IReadOnlyList<string>? Takes { get; init; }

    /// <summary>Other words for it in <c>mode</c>; null for none.</summary>
    public IReadOnlyList<string>? Aliases { get; init; }

    /// <summary>Whether input files of a role belong to it.</summary>
    public bool Accepts(string role) => Requires.Contains(role) || (Takes?.Contains(role) ?? false);
}

/// <summary>Lengths: a set, or a range where <see cref="Allowed"/> is null. A set of one is a fixed length, whatever is asked.</summary>
public sealed record SecondsSpec
{
    // OpenAI's own default: callers of its protocol leave the length out and expect this one.
    private const int Usual = 4;

    /// <summary>The lengths allowed, or null.</summary>
    public IReadOnlyList<int>? Allowed { get; init; }

    /// <summary>Shortest length of a range.</summary>
    public int? Min { get; init; }

    /// <summary>Longest length of a range.</summary>
    public int? Max { get; init; }

    /// <summary>Length when none is asked and 4 is not allowed.</summary>
    public required int Default { get; init; }

    /// <summary>Whether a length that is not allowed becomes the next allowed one above it.</summary>
    public bool RoundsUp { get; init; }

    /// <summary>Whether a length above the largest becomes the largest; otherwise it is refused.</summary>
    public bool CapsAtLargest { get; init; }

    /// <summary>The length in seconds that is made where none is asked.</summary>
    /// <param name="isAllowed">Whether that many seconds can be made; need not allow <see cref="Default"/>.</param>
    public int WhereNoneIsAsked(Func<int, bool> isAllowed) => isAllowed(Usual) ? Usual : Default;
}

/// <summary>One resolution tier.</summary>
public sealed record TierSpec
{
    /// <summary>Its name, for example <c>720p</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its sizes as <c>WxH</c>.</summary>
    public required IReadOnlyList<string> Sizes { get; init; }
}

/// <summary>What an order costs. A condition that is null holds always.</summary>
public sealed record PriceSpec
{
    /// <summary>The tier it is for.</summary>
    public string? Tier { get; init; }

    /// <summary>The quality word it is for.</summary>
    public string? Quality { get; init; }

    /// <summary>The task mode it is for.</summary>
    public string? Mode { get; init; }

    /// <summary>With or without sound.</summary>
    public bool? Audio { get; init; }

    /// <summary>With or without a video among the inputs.</summary>
    public bool? InputVideo { get; init; }

    /// <summary><c>second</c> of each output, <c>output</c>, <c>call</c> (however many outputs), or <c>token</c>.</summary>
    public required string Per { get; init; }

    /// <summary>Micro-dollars: for one, or for a million tokens. 0 to <see cref="MaxMicros"/>.</summary>
    public required long Micros { get; init; }

    /// <summary>Seconds of input videos that tokens are reserved for besides, since nobody knows their length; null for none.</summary>
    public int? InputSeconds { get; init; }

    /// <summary>The dearest unit: a million dollars.</summary>
    public const long MaxMicros = 1_000_000_000_000;
}

/// <summary>Bounds on the input files of one role.</summary>
public sealed record ReferenceSpec
{
    /// <summary>Most files.</summary>
    public required int MaxCount { get; init; }

    /// <summary>Largest file in bytes.</summary>
    public required long MaxBytes { get; init; }

    /// <summary>Media types, as found in the bytes.</summary>
    public required IReadOnlyList<string> Types { get; init; }
}

/// <summary>Where a model is in its life at its vendor. Says nothing about channels elsewhere.</summary>
public sealed record LifecycleSpec
{
    /// <summary><c>preview</c>, <c>active</c>, <c>deprecated</c> or <c>retired</c>.</summary>
    public required string State { get; init; }

    /// <summary>Day of the shutdown as <c>yyyy-MM-dd</c>, or null.</summary>
    public string? ShutdownDate { get; init; }

    /// <summary>Public name that callers should use instead, or null.</summary>
    public string? Successor { get; init; }

    /// <summary>Where this is known from, with the date read.</summary>
    public required string Source { get; init; }
}

/// <summary>Reads <c>"provider:model"</c> or <c>{"model": …, "modes": […]}</c>.</summary>
internal sealed class UpstreamEntryConverter : JsonConverter<UpstreamEntry>
{
    public override UpstreamEntry Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is JsonTokenType.String) return reader.GetString()!;
        var row = JsonElement.ParseValue(ref reader);
        foreach (var member in row.EnumerateObject())
        {
            if (member.Name is not ("model" or "modes")) throw new JsonException($"An entry of upstream has no `{member.Name}`.");
        }

        if (!row.TryGetProperty("model", out var model) || model.GetString() is not { } name) throw new JsonException("An entry of upstream needs `model`.");
        return new UpstreamEntry
        {
            Model = name,
            Modes = row.TryGetProperty("modes", out var modes) ? [.. modes.EnumerateArray().Select(mode => mode.GetString()!)] : null,
        };
    }

    public override void Write(Utf8JsonWriter writer, UpstreamEntry value, JsonSerializerOptions options) => throw new NotSupportedException();
}
