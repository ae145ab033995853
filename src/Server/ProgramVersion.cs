using System.Reflection;

namespace Reelay.Server;

/// <summary>Which version of the program this is.</summary>
internal static class ProgramVersion
{
    /// <summary>Three numbers, for example <c>0.1.0</c>.</summary>
    public static string Text { get; } = Assembly.GetExecutingAssembly().GetName().Version!.ToString(3);
}
