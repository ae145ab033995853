namespace Reelay.Server.Engine;

/// <summary>When a task is to be looked at again.</summary>
internal readonly record struct NextStep(NextStep.Kind When, TimeSpan Delay = default)
{
    public enum Kind
    {
        /// <summary>At once: the task has moved on.</summary>
        Now,

        /// <summary>After the delay.</summary>
        Later,

        /// <summary>Never: it is finished, or belongs to another node.</summary>
        Done,
    }

    public static NextStep Now { get; } = new(Kind.Now);

    public static NextStep Done { get; } = new(Kind.Done);

    public static NextStep After(TimeSpan delay) => new(Kind.Later, delay < TimeSpan.Zero ? TimeSpan.Zero : delay);

    public static NextStep AfterMilliseconds(long milliseconds) => After(TimeSpan.FromMilliseconds(Math.Max(0, milliseconds)));
}
