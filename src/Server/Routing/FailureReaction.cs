using Reelay.Providers;

namespace Reelay.Server.Routing;

/// <summary>What the gateway does about a failed submission. ARCHITECTURE.md shows the same table and a test compares the two.</summary>
/// <param name="Then">What becomes of the task.</param>
/// <param name="Channel">What becomes of the channel.</param>
internal readonly record struct FailureReaction(AfterFailure Then, ChannelEffect Channel)
{
    /// <summary>The one switch: nobody else decides by status code or message.</summary>
    public static FailureReaction To(ProviderErrorKind kind) => kind switch
    {
        ProviderErrorKind.NotSent => new(AfterFailure.TryAgain, ChannelEffect.Rests),
        ProviderErrorKind.RateLimited => new(AfterFailure.TryAgain, ChannelEffect.Pauses),
        ProviderErrorKind.Overloaded => new(AfterFailure.TryAgain, ChannelEffect.Rests),
        ProviderErrorKind.AccountEmpty => new(AfterFailure.TryAgain, ChannelEffect.RestsLong),
        ProviderErrorKind.Unauthorized => new(AfterFailure.TryAgain, ChannelEffect.SwitchesOff),
        ProviderErrorKind.InvalidRequest => new(AfterFailure.Fail, ChannelEffect.None),
        ProviderErrorKind.ContentRejected => new(AfterFailure.Fail, ChannelEffect.None),

        // The upstream may be working on it: sending it anywhere could produce, and charge, two videos. The last five are no answers to a
        // submission; an adapter that gives one all the same has proved nothing about acceptance.
        ProviderErrorKind.OutcomeUnknown or ProviderErrorKind.Unavailable or ProviderErrorKind.NotFound
            or ProviderErrorKind.GenerationFailed or ProviderErrorKind.Expired or ProviderErrorKind.Cancelled
            => new(AfterFailure.Reconcile, ChannelEffect.Counts),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no reaction defined"),
    };
}

/// <summary>What becomes of a task after a failed submission.</summary>
internal enum AfterFailure
{
    /// <summary>Surely not accepted: back to the line, for another channel or, where there is none, this one.</summary>
    TryAgain,

    /// <summary>It ends, and the money is released.</summary>
    Fail,

    /// <summary>Find out whether the upstream has it.</summary>
    Reconcile,
}

/// <summary>What a failed submission says about its channel.</summary>
internal enum ChannelEffect
{
    /// <summary>It works: it has read the order and refused it.</summary>
    None,

    /// <summary>It works and has enough to do: it gets nothing for a while.</summary>
    Pauses,

    /// <summary>It does not work: it gets nothing for a while, and a few of these in a row open its circuit.</summary>
    Rests,

    /// <summary>It may not work: a few of these in a row open its circuit.</summary>
    Counts,

    /// <summary>Its account has no money, which nobody changes within seconds.</summary>
    RestsLong,

    /// <summary>Its credential is no good: every channel of the vendor account gets nothing until an operator has changed something.</summary>
    SwitchesOff,
}
