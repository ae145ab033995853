using Reelay.Providers;

namespace Reelay.Server.Routing;

/// <summary>What the gateway does about a failed submission. ARCHITECTURE.md shows the same table and a test compares the two.</summary>
/// <param name="Then">What becomes of the task.</param>
/// <param name="CoolsChannel">Whether the channel rests for a while.</param>
internal readonly record struct FailureReaction(AfterFailure Then, bool CoolsChannel)
{
    /// <summary>The one switch: nobody else decides by status code or message.</summary>
    public static FailureReaction To(ProviderErrorKind kind) => kind switch
    {
        ProviderErrorKind.NotSent => new(AfterFailure.TryAgain, CoolsChannel: true),
        ProviderErrorKind.RateLimited => new(AfterFailure.TryAgain, CoolsChannel: true),
        ProviderErrorKind.Overloaded => new(AfterFailure.TryAgain, CoolsChannel: true),
        ProviderErrorKind.AccountEmpty => new(AfterFailure.TryAgain, CoolsChannel: true),
        ProviderErrorKind.Unauthorized => new(AfterFailure.TryAgain, CoolsChannel: true),
        ProviderErrorKind.InvalidRequest => new(AfterFailure.Fail, CoolsChannel: false),
        ProviderErrorKind.ContentRejected => new(AfterFailure.Fail, CoolsChannel: false),

        // The upstream may be working on it: sending it anywhere could produce, and charge, two videos. The last five are no answers to a
        // submission; an adapter that gives one all the same has proved nothing about acceptance.
        ProviderErrorKind.OutcomeUnknown or ProviderErrorKind.Unavailable or ProviderErrorKind.NotFound
            or ProviderErrorKind.GenerationFailed or ProviderErrorKind.Expired or ProviderErrorKind.Cancelled
            => new(AfterFailure.Reconcile, CoolsChannel: false),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no reaction defined"),
    };
}

/// <summary>What becomes of a task after a failed submission.</summary>
internal enum AfterFailure
{
    /// <summary>Surely not accepted: back to the line, for this or another channel.</summary>
    TryAgain,

    /// <summary>It ends, and the money is released.</summary>
    Fail,

    /// <summary>Find out whether the upstream has it.</summary>
    Reconcile,
}
